import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { LogEntry } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { everything } from "../../main.ts";
import { type Cli, exits } from "../command.ts";
import { eventTypes } from "./catalogue.ts";
import { chosen, momentOf } from "./choice.ts";
import { eventLine, shown } from "./line.ts";
import { type Access, type Ops, withOps } from "./ops.ts";

/** Which events are wanted. */
export interface Wanted extends Access {
  readonly since?: string | undefined;
  readonly type?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly once?: boolean | undefined;
}

const PAUSE_MS = 1_000;
/** What commits late bears an early time: so far we look back after a break, and leave out what was shown. */
const LATE_MS = 60_000;
const PASSING = [Code.Unavailable, Code.Unauthenticated, Code.Canceled, Code.Aborted, Code.DeadlineExceeded];

/** Prints what the services announce, one line each, until it is stopped. */
export async function tail(wanted: Wanted, cli: Cli): Promise<number> {
  const types = await eventTypes(everything);
  const schemas = new Map(types.map(({ name, schema }) => [name, schema]));
  const filter = { types: chosen(types, wanted.type ?? []).map(({ name }) => name), subjectId: wanted.subject ?? "" };
  const now = new Date();
  const since = wanted.since === undefined ? undefined : momentOf(wanted.since, now);
  await withOps(cli, wanted, async (ops) => {
    const show = (service: string) => (entry: LogEntry) => {
      const one = shown(service, entry, schemas);
      cli.out(cli.json ? JSON.stringify(one) : eventLine(one));
    };
    await Promise.all(
      ops.services.map((service) =>
        follow(ops, service, { filter, since, now, once: wanted.once === true }, show(service), cli),
      ),
    );
  });
  return exits.done;
}

interface Following {
  readonly filter: { readonly types: string[]; readonly subjectId: string };
  readonly since: Date | undefined;
  readonly now: Date;
  readonly once: boolean;
}

async function follow(
  ops: Ops,
  service: string,
  { filter, since, now, once }: Following,
  show: (entry: LogEntry) => void,
  { signal, talk }: Cli,
): Promise<void> {
  const seen = new Map<number, bigint>();
  let from = since;
  let trouble: Code | undefined;
  while (!signal.aborted) {
    try {
      const request = { ...filter, once, ...(from && { since: timestampFromDate(from) }) };
      for await (const { entries } of ops.at(service).tailLog(request, { signal })) {
        trouble = undefined;
        for (const entry of entries) {
          if (entry.seq <= (seen.get(entry.partition) ?? 0n)) continue;
          seen.set(entry.partition, entry.seq);
          show(entry);
        }
        from = new Date(Math.max(Date.now() - LATE_MS, (since ?? now).getTime()));
      }
      if (once) return;
    } catch (error) {
      const { code } = ConnectError.from(error);
      if (signal.aborted) return;
      // Tokens end and processes are replaced: neither is a reason to stop listening.
      if (once || !PASSING.includes(code) || (code === Code.Unauthenticated && trouble === code)) throw error;
      if (code === Code.Unauthenticated) ops.forget();
      else if (trouble === undefined) talk.say(` ${service} does not answer; waiting`);
      trouble = code;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
