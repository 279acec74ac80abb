import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { ConsumerState, ListConsumersResponse } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { type Cli, exits } from "../command.ts";
import { table } from "../terminal/table.ts";
import { lasting } from "../terminal/words.ts";
import { type Access, withOps } from "./ops.ts";

/** How one service stands; nothing if it does not answer. */
type Standing = { readonly service: string; readonly state: ListConsumersResponse | undefined };

/** Shows how far every consumer is, what was not carried, and what could not be applied. */
export async function report(access: Access, cli: Cli): Promise<number> {
  const standings = await withOps(cli, access, (ops) =>
    Promise.all(
      ops.services.map(async (service): Promise<Standing> => {
        const state = await ops.at(service).listConsumers({}).catch(away);
        return { service, state };
      }),
    ),
  );
  if (cli.json) cli.out(JSON.stringify({ services: standings.map(asData) }));
  else {
    const heads = ["SERVICE", "CONSUMER", "OF", "BEHIND", "FRESH", "DEAD", "NOTE"];
    const lines = table([heads, ...standings.flatMap(rowsOf)]);
    for (const line of lines) cli.out(line);
  }
  return standings.every(healthy) ? exits.done : exits.failed;
}

function away(error: unknown): undefined {
  if (ConnectError.from(error).code !== Code.Unavailable) throw error;
  if (/ECONNREFUSED/.test(String(error))) throw error; // not one service but all of them
}

const healthy = ({ state }: Standing): boolean =>
  state?.consumers.every(({ stuck, deadLetters, sourceAway }) => !stuck && deadLetters === 0n && !sourceAway) ?? false;

function rowsOf({ service, state }: Standing): string[][] {
  if (!state) return [[service, "", "", "", "", "", "does not answer"]];
  const carried = state.uncarried === 0n ? "" : `${state.uncarried} of its own events not carried yet`;
  if (state.consumers.length === 0) return [[service, "-", "", "", "", "", carried]];
  return state.consumers.map((one, at) => [
    ...[service, one.name, one.source, one.sourceAway ? "?" : String(one.behind), freshness(one)],
    ...[
      String(one.deadLetters),
      [one.stuck, one.sourceAway && `${one.source} does not answer`, at === 0 && carried].filter(Boolean).join("; "),
    ],
  ]);
}

function freshness({ freshAsOf }: ConsumerState): string {
  if (!freshAsOf) return "never";
  const ago = Date.now() - timestampMs(freshAsOf);
  return ago < 2_000 ? "now" : `${lasting(ago)} ago`;
}

const asData = ({ service, state }: Standing) =>
  state
    ? {
        service,
        uncarried: Number(state.uncarried),
        consumers: state.consumers.map(({ name, source, types, behind, freshAsOf, deadLetters, ...one }) => ({
          ...{ name, source, types, behind: Number(behind), deadLetters: Number(deadLetters) },
          ...{
            stuck: one.stuck,
            sourceAway: one.sourceAway,
            rebuildable: one.rebuildable,
            applied: Number(one.applied),
          },
          freshAsOf: freshAsOf ? new Date(timestampMs(freshAsOf)).toISOString() : null,
        })),
      }
    : { service, away: true };
