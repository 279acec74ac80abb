import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { rebuildable } from "../log/rebuild.ts";
import type { Rpc } from "../service.ts";
import { sql } from "../store/sql.ts";
import { headsOrNone, positionOf, readPositions } from "./lag.ts";
import type { OpsParts } from "./parts.ts";

/** What this service consumes, how far it is, and how far its own log was carried. */
export const listConsumers =
  (parts: OpsParts): Rpc<typeof OpsService.method.listConsumers> =>
  async () => {
    const { db, consumers, sourceOf } = parts;
    const states = await readStates(parts);
    const positions = await readPositions(db);
    const [log] = await db.query<{
      uncarried: string;
    }>(sql`select coalesce(sum(greatest(h.seq - coalesce(r.seq, 0), 0)), 0) as uncarried
      from log_head h left join relay_position r using (partition)`);
    const sources = [...new Set(consumers.flatMap((one) => one.sources))];
    const heads = new Map(await Promise.all(sources.map(async (one) => [one, await headsOrNone(parts, one)] as const)));
    const listed = consumers.flatMap((handle) =>
      handle.sources.map((source) => {
        const { name, handles } = handle.consumer;
        const state = states.get(`${name} ${source}`);
        const reach = heads.get(source);
        const behind = (reach ?? []).map((head, partition) => head - positionOf(positions, handle, source, partition));
        return {
          ...{
            name,
            source,
            applied: BigInt(handle.applied),
            rebuildable: rebuildable(parts, handle.consumer, source),
          },
          types: handles.filter(({ schema }) => sourceOf(schema) === source).map(({ schema }) => schema.typeName),
          behind: behind.reduce((sum, some) => sum + (some > 0n ? some : 0n), 0n),
          deadLetters: BigInt(state?.letters ?? 0),
          stuck: handle.stuck(source) || (state?.stuck ?? ""),
          sourceAway: reach === undefined,
          ...(state?.fresh_as_of && { freshAsOf: timestampFromDate(new Date(state.fresh_as_of)) }),
        };
      }),
    );
    return { consumers: listed, uncarried: BigInt(log?.uncarried ?? 0) };
  };

interface State {
  readonly consumer: string;
  readonly source: string;
  readonly fresh_as_of: string | null;
  readonly stuck: string | null;
  readonly letters: number;
}

async function readStates({ db }: OpsParts): Promise<Map<string, State>> {
  const rows =
    await db.query<State>(sql`select consumer, source, s.fresh_as_of, s.stuck, coalesce(d.letters, 0)::int as letters
    from (select consumer, source, min(fresh_as_of) filter (where isfinite(fresh_as_of)) as fresh_as_of, max(stuck) as stuck
        from consumer_state group by consumer, source) s
      full join (select consumer, source, count(*) as letters from dead_letter group by consumer, source) d
        using (consumer, source)`);
  return new Map(rows.map((row) => [`${row.consumer} ${row.source}`, row]));
}
