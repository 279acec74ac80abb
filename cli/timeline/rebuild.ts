import { Code, ConnectError } from "@connectrpc/connect";
import {
  ProjectionAdminService,
  type RebuildProjectionResponse,
} from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { type Cli, exits, misused } from "../command.ts";
import { wholeNumber } from "../events/choice.ts";
import { type Access, type Ops, withOps } from "../events/ops.ts";
import { count } from "../terminal/words.ts";

/** What is to be built anew; all, if nothing is named. */
export interface Wanted extends Access {
  readonly owner?: string | undefined;
  readonly partition?: string | undefined;
}

/** Builds what timeline knows anew from its owners, and tells how far it is and how fast. */
export async function rebuild(wanted: Wanted, cli: Cli): Promise<number> {
  const partition = wholeNumber("partition", wanted.partition, 0, 63);
  if (partition !== undefined && wanted.owner)
    throw misused("one home or one partition?", "say --owner or --partition");
  return withOps(cli, wanted, async (ops) => {
    const began = Date.now();
    let last = { done: 0, of: 0, rows: 0, homes: 0, repaired: 0 };
    await cli.talk.step(
      "rebuild",
      async (note) => {
        for await (const progress of steps(ops, scopeOf(wanted.owner, partition), cli.signal)) {
          last = progress;
          if (cli.json) cli.out(JSON.stringify({ ...last, tookMs: Date.now() - began }));
          note(`${last.done} of ${last.of} partitions, ${last.rows} rows, ${last.homes} homes`);
        }
      },
      () => `${count(last.rows, "row")}, ${count(last.homes, "home")}`,
    );
    const rate = Math.round((last.homes * 1_000) / Math.max(1, Date.now() - began));
    const built = `${count(last.rows, "row")} and ${count(last.homes, "home")} built anew (${rate} homes/s)`;
    if (!cli.json) cli.out(`${built}, ${last.repaired} were other than they should have been`);
    return exits.done;
  });
}

type Scope = { case: "ownerId"; value: string } | { case: "partition"; value: number } | { case: "all"; value: true };

function scopeOf(owner: string | undefined, partition: number | undefined): Scope {
  if (owner) return { case: "ownerId", value: owner };
  return partition === undefined ? { case: "all", value: true } : { case: "partition", value: partition };
}

/** A token ends before a long rebuild does: it goes on behind the partitions that were done. */
async function* steps(ops: Ops, scope: Scope, signal: AbortSignal) {
  const before = { rows: 0, homes: 0, repaired: 0 };
  for (let skip = 0; ; ) {
    let last: RebuildProjectionResponse | undefined;
    try {
      for await (const step of ops.client(ProjectionAdminService).rebuildProjection({ scope, skip }, { signal })) {
        last = step;
        yield { done: step.partitionsDone, of: step.partitions, ...sum(before, step) };
      }
      return;
    } catch (error) {
      if (ConnectError.from(error).code !== Code.Unauthenticated || !last || last.partitionsDone === skip) throw error;
      Object.assign(before, sum(before, last));
      skip = last.partitionsDone;
      ops.forget();
    }
  }
}

const sum = (
  before: { rows: number; homes: number; repaired: number },
  { rows, homes, repaired }: RebuildProjectionResponse,
) => ({
  rows: before.rows + Number(rows),
  homes: before.homes + Number(homes),
  repaired: before.repaired + Number(repaired),
});
