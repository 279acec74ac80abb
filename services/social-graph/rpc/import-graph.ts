import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type GraphRow,
  type ImportedRowSchema,
  ImportedRow_Outcome as Result,
} from "#gen/skein/graph/v1/archive_pb.ts";
import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import type { Outcome, Row } from "../rules/import-plan.ts";
import { bringIn } from "../store/import.ts";
import { type Looked, lookAt } from "../store/import-look.ts";

/** Rows in one transaction. */
const BATCH = 250;
/** Blocks come first, as the plan has it. */
const KINDS = ["block", "mute", "follow", "list"];

/** A row that is to be brought in, and its place among all. */
type Wanted = readonly [at: number, row: Row];

/** Says what each row comes to and, unless it is a dry run, brings in batch by batch those that bring something. */
export const importGraph =
  (deps: Deps): Rpc<typeof GraphService.method.importGraph> =>
  async ({ rows, dryRun }, ctx) => {
    const looked = await lookAt(deps, ctx, rows);
    const brought = dryRun ? new Map<number, Outcome>() : await bringAll(deps, ctx, rows, looked);
    return { results: looked.map(({ row, outcome }, at) => resultOf(brought.get(at) ?? outcome, row)) };
  };

async function bringAll(deps: Deps, ctx: Context, rows: readonly GraphRow[], looked: readonly Looked[]) {
  const wanted = looked
    .flatMap(({ row, outcome }, at): Wanted[] => (row && isGood(outcome) ? [[at, row]] : []))
    .sort(([, a], [, b]) => KINDS.indexOf(a.wish.kind) - KINDS.indexOf(b.wish.kind));
  const brought = new Map<number, Outcome>();
  const forestalled: number[] = [];
  for (let from = 0; from < wanted.length; from += BATCH) {
    const batch = wanted.slice(from, from + BATCH);
    const ready = batch.map(([, row]) => row);
    const outcomes = await deps.db.commit(ctx, (tx) => bringIn(tx, deps, callerOf(ctx), ready, ctx.now));
    for (const [place, [at]] of batch.entries()) {
      const outcome = outcomes[place];
      if (outcome) brought.set(at, outcome);
      else forestalled.push(at);
    }
  }
  if (forestalled.length === 0) return brought;
  // Somebody else did the same, or parted the two, between the look and the write: a second look says which.
  const again = await lookAt(
    deps,
    ctx,
    forestalled.flatMap((at) => rows[at] ?? []),
  );
  for (const [place, at] of forestalled.entries()) {
    const outcome = again[place]?.outcome ?? "UNCHANGED";
    brought.set(at, isGood(outcome) ? { failed: "TOO_BUSY" } : outcome);
  }
  return brought;
}

const isGood = (outcome: Outcome): boolean => outcome === "DONE" || outcome === "REQUESTED";

function resultOf(outcome: Outcome, row: Row | undefined): MessageInitShape<typeof ImportedRowSchema> {
  const accountId = typeof row?.target === "object" ? row.target.id : "";
  if (typeof outcome === "string") return { outcome: Result[outcome], accountId };
  return { outcome: Result.FAILED, reason: outcome.failed, accountId };
}
