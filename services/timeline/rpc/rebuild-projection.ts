import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { PARTITIONS } from "#mesh/partition.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { taken } from "../rebuild/in-turn.ts";
import { hotHomes, rebuildHomes } from "../rebuild/rebuild-homes.ts";
import { mendCounts } from "../store/mend-counts.ts";

/** Builds what timeline knows anew: rows beside those that are read, proved and put in place; then the homes made of them. */
export const rebuildProjection = (deps: Deps): Rpc<typeof ProjectionAdminService.method.rebuildProjection> =>
  async function* ({ scope, skip }, { signal }) {
    const began = deps.clock.now().getTime();
    const only = scope.case === "partition" ? scope.value : undefined;
    const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    const partitions = scope.case === "ownerId" ? [] : all.filter((one) => only === undefined || one === only);
    const mine = scope.case === "ownerId" ? [`home ${scope.value}`] : partitions.map(String);
    using _turn = taken(deps.db, mine);
    const done = Math.min(skip, partitions.length);
    const progress = { partitionsDone: done, partitions: partitions.length, rows: 0n, homes: 0n, repaired: 0n };
    const told = () => ({ ...progress, took: durationFromMs(deps.clock.now().getTime() - began) });
    yield told();
    for (const partition of partitions.slice(done)) {
      for (const some of consumersOf(deps)) {
        const built = await Promise.all(some.map((one) => deps.proof.rebuild(one, partition, signal)));
        for (const { rows, repaired } of built) {
          progress.rows += BigInt(rows);
          progress.repaired += BigInt(repaired);
        }
      }
      // What took its place made homes cold: nobody here believes them any longer, others notice within a second.
      deps.homes.incarnations.doubt();
      progress.partitionsDone++;
      yield told();
    }
    if (scope.case === "ownerId") {
      progress.homes += BigInt(await rebuildHomes(deps, [scope.value], signal));
      yield told();
      return;
    }
    progress.repaired += BigInt(await mendCounts(deps.db, deps.clock.now()));
    for await (const owners of hotHomes(deps, only)) {
      progress.homes += BigInt(await rebuildHomes(deps, owners, signal));
      yield told();
    }
  };

/** What is built at once. Edges come first: how a post travels that was not there before hangs on them. */
function consumersOf({ proof }: Deps) {
  const all = [...new Map(proof.compared.map((one) => [one.consumer, one])).values()];
  const isEdges = ({ consumer }: (typeof all)[number]) => consumer === "keep-edges";
  return [all.filter(isEdges), all.filter((one) => !isEdges(one))];
}
