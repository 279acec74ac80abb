import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { rebuildable, rebuildPartition } from "../log/rebuild.ts";
import { PARTITIONS } from "../partition.ts";
import type { Rpc } from "../service.ts";
import { opsFailure } from "./failures.ts";
import { handleNamed } from "./handle-named.ts";
import type { OpsParts } from "./parts.ts";

/** Reads a consumer's state anew, partition by partition: beside what is read if it says what it keeps, else while its events wait. */
export const rebuildConsumer = (parts: OpsParts): Rpc<typeof OpsService.method.rebuildConsumer> =>
  async function* ({ consumer: name, partition, skip }, { signal }) {
    const { lent } = parts;
    const handle = handleNamed(parts.consumers, name);
    const sources = handle.sources.filter((source) => rebuildable(parts, handle.consumer, source));
    if (sources.length === 0) throw opsFailure("NOT_REBUILDABLE", { facts: { consumer: name } });
    const chosen = partition === undefined ? Array.from({ length: PARTITIONS }, (_, at) => at) : [partition];
    const work = sources.flatMap((source) => chosen.map((at) => ({ source, at })));
    const began = lent.clock.now().getTime();
    const progress = { partitionsDone: Math.min(skip, work.length), partitions: work.length, rows: 0n, repaired: 0n };
    const told = () => ({ ...progress, took: durationFromMs(lent.clock.now().getTime() - began) });
    yield told();
    for (const { source, at } of work.slice(skip)) {
      const rebuilt: { readonly rows: number; readonly repaired?: number } = handle.consumer.keeps
        ? await parts.proof.rebuild({ consumer: name, source }, at, signal)
        : await handle.paused(source, at, () => rebuildPartition(parts, handle.consumer, source, at, signal));
      progress.partitionsDone++;
      progress.rows += BigInt(rebuilt.rows);
      progress.repaired += BigInt(rebuilt.repaired ?? 0);
      yield told();
    }
  };
