import { Code, ConnectError } from "@connectrpc/connect";
import {
  ProjectionAdminService,
  type VerifyProjectionResponse,
} from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { type Cli, exits } from "../command.ts";
import { wholeNumber } from "../events/choice.ts";
import { type Access, type Ops, withOps } from "../events/ops.ts";
import { table } from "../terminal/table.ts";

const PARTITIONS = 64;

/** What is to be compared. */
export interface Wanted extends Access {
  readonly partition?: string | undefined;
  readonly repair?: boolean | undefined;
}

/** What the comparisons of one kind came to, over partitions. */
interface Kind {
  rows: number;
  differing: number;
  repaired: number;
  unsettled: number;
}

/** Compares what timeline keeps with its owners; ends with 1 when something differs and was not repaired. */
export async function verify({ repair = false, ...wanted }: Wanted, cli: Cli): Promise<number> {
  const only = wholeNumber("partition", wanted.partition, 0, PARTITIONS - 1);
  const partitions = only === undefined ? Array.from({ length: PARTITIONS }, (_, partition) => partition) : [only];
  return withOps(cli, wanted, async (ops) => {
    const kinds = new Map<string, Kind>();
    let wrong = 0;
    await cli.talk.step(
      "verify",
      async (note) => {
        for (const [at, partition] of partitions.entries()) {
          note(`${at} of ${partitions.length} partitions`);
          for (const step of await compared(ops, { partition, repair }, cli.signal)) {
            if (cli.json) cli.out(JSON.stringify(asData(partition, step)));
            add(kinds, step);
            if (step.unsettled || (step.differing > 0 && !step.repaired)) wrong++;
          }
        }
      },
      () => (wrong === 0 ? "equal" : "not equal"),
    );
    const heads = ["SOURCE", "KIND", "ROWS", "DIFFERING", "REPAIRED", "UNSETTLED"];
    const rows = [...kinds].map(([name, { rows, differing, repaired, unsettled }]) => [
      ...name.split(" "),
      ...[rows, differing, repaired, unsettled].map(String),
    ]);
    if (!cli.json) for (const line of table([heads, ...rows])) cli.out(line);
    return wrong === 0 ? exits.done : exits.failed;
  });
}

/** One partition; a token may have ended since the one before. */
async function compared(
  ops: Ops,
  request: { readonly partition: number; readonly repair: boolean },
  signal: AbortSignal,
): Promise<VerifyProjectionResponse[]> {
  const ask = () => Array.fromAsync(ops.client(ProjectionAdminService).verifyProjection(request, { signal }));
  const found = await ask().catch((error) => {
    if (ConnectError.from(error).code !== Code.Unauthenticated) throw error;
    ops.forget();
    return ask();
  });
  return found.filter(({ kind }) => kind !== "");
}

function add(
  kinds: Map<string, Kind>,
  { source, kind, rows, differing, repaired, unsettled }: VerifyProjectionResponse,
) {
  const key = `${source} ${kind}`;
  const sum = kinds.get(key) ?? { rows: 0, differing: 0, repaired: 0, unsettled: 0 };
  kinds.set(key, {
    rows: sum.rows + Number(rows),
    differing: sum.differing + differing,
    repaired: sum.repaired + Number(repaired),
    unsettled: sum.unsettled + Number(unsettled),
  });
}

const asData = (
  partition: number,
  { source, kind, rows, differing, repaired, unsettled }: VerifyProjectionResponse,
) => ({ partition, source, kind, rows: Number(rows), differing, repaired, unsettled });
