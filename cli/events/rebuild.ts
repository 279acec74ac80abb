import { Code, ConnectError } from "@connectrpc/connect";
import { type Cli, exits, misused } from "../command.ts";
import { nearest } from "../nearest.ts";
import { count } from "../terminal/words.ts";
import { wholeNumber } from "./choice.ts";
import { type Access, type Ops, withOps } from "./ops.ts";

/** Reads a consumer's state anew from the snapshots of its sources, and tells how far it is. */
export async function rebuild(
  wanted: Access & { readonly partition?: string | undefined },
  consumer: string | undefined,
  cli: Cli,
): Promise<number> {
  if (!consumer)
    throw misused("rebuild which consumer?", "say: ./skein events rebuild NAME; see: ./skein events report");
  const partition = wholeNumber("partition", wanted.partition, 0, 63);
  return withOps(cli, wanted, async (ops) => {
    const service = await keeperOf(ops, consumer);
    let last: Progress = { done: 0, of: 0, rows: 0 };
    const began = Date.now();
    await cli.talk.step(
      "rebuild",
      async (note) => {
        for await (const progress of answers(ops, service, { consumer, partition }, cli.signal)) {
          last = progress;
          if (cli.json) cli.out(JSON.stringify({ service, consumer, ...last, tookMs: Date.now() - began }));
          note(`${last.done} of ${last.of} partitions, ${last.rows} rows`);
        }
      },
      () => `${service}/${consumer}: ${count(last.rows, "row")} in ${count(last.of, "partition")}`,
    );
    if (!cli.json) cli.out(`${service}/${consumer} holds ${count(last.rows, "row")} read anew`);
    return exits.done;
  });
}

interface Progress {
  readonly done: number;
  readonly of: number;
  readonly rows: number;
}

/** A token ends before a long rebuild does: it goes on behind what was done. */
async function* answers(
  ops: Ops,
  service: string,
  request: { readonly consumer: string; readonly partition: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  let before = 0;
  for (let skip = 0; ; ) {
    let rows = 0;
    const asked = {
      consumer: request.consumer,
      skip,
      ...(request.partition !== undefined && { partition: request.partition }),
    };
    try {
      for await (const answer of ops.at(service).rebuildConsumer(asked, { signal })) {
        rows = Number(answer.rows);
        skip = answer.partitionsDone;
        yield { done: skip, of: answer.partitions, rows: before + rows };
      }
      return;
    } catch (error) {
      if (ConnectError.from(error).code !== Code.Unauthenticated || rows === 0) throw error;
      before += rows;
      ops.forget();
    }
  }
}

async function keeperOf(ops: Ops, consumer: string): Promise<string> {
  const known = await Promise.all(
    ops.services.map(async (service) => {
      const { consumers } = await ops.at(service).listConsumers({});
      return consumers.map(({ name }) => ({ service, name }));
    }),
  );
  const services = new Set(known.flat().flatMap(({ service, name }) => (name === consumer ? [service] : [])));
  const [only, ...more] = services;
  if (only && more.length === 0) return only;
  if (only)
    throw misused(`${[...services].join(" and ")} both have a consumer ${consumer}`, "say which: --service NAME");
  const names = [...new Set(known.flat().map(({ name }) => name))];
  const near = nearest(consumer, names);
  throw misused(
    `nobody has a consumer ${consumer}`,
    near ? `did you mean ${near}?` : `there are: ${names.join(", ") || "none"}`,
  );
}
