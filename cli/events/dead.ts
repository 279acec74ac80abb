import type { DescMessage } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { DeadLetter } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { everything } from "../../main.ts";
import { type Cli, exits, misused, Refusal } from "../command.ts";
import { safe } from "../log/line.ts";
import { count } from "../terminal/words.ts";
import { eventTypes } from "./catalogue.ts";
import { wholeNumber } from "./choice.ts";
import { shown } from "./line.ts";
import { type Access, type Ops, withOps } from "./ops.ts";

/** Which dead letters. */
export interface Letters extends Access {
  readonly consumer?: string | undefined;
  readonly subject?: string | undefined;
  readonly limit?: string | undefined;
}

type Found = { readonly service: string; readonly letter: DeadLetter };

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Lists events that could not be applied, or shows one of them whole. */
export async function dead(wanted: Letters, id: string | undefined, cli: Cli): Promise<number> {
  if (id !== undefined && !UUID.test(id)) throw misused(`${id} is no id of a dead letter`, "see: ./skein events dead");
  const limit = wholeNumber("limit", wanted.limit, 1, 10_000) ?? 100;
  const found = await withOps(cli, wanted, (ops) => (id ? one(ops, id) : list(ops, wanted, limit)));
  const schemas = new Map((await eventTypes(everything)).map(({ name, schema }) => [name, schema]));
  const letters = found.map((letter) => asData(letter, schemas, id !== undefined));
  if (id) cli.out(JSON.stringify(letters[0], null, cli.json ? 0 : 2));
  else if (cli.json) cli.out(JSON.stringify({ deadLetters: letters }));
  else for (const { service, letter } of found) cli.out(lineOf(service, letter));
  if (!id && found.length === 0) cli.talk.say("every event was applied");
  if (found.length === limit) cli.talk.say(`the first ${count(limit, "letter")}: --limit shows more`);
  return exits.done;
}

async function list(ops: Ops, { consumer = "", subject: subjectId = "" }: Letters, limit: number): Promise<Found[]> {
  const found: Found[] = [];
  for (const service of ops.services) {
    for (let pageToken = ""; found.length < limit; ) {
      const request = { consumer, subjectId, pageToken, pageSize: Math.min(100, limit - found.length) };
      const page = await ops.at(service).listDeadLetters(request);
      found.push(...page.deadLetters.map((letter) => ({ service, letter })));
      pageToken = page.nextPageToken;
      if (pageToken === "") break;
    }
  }
  return found;
}

async function one(ops: Ops, id: string): Promise<Found[]> {
  for (const service of ops.services) {
    const letter = await ops
      .at(service)
      .getDeadLetter({ id })
      .then(({ deadLetter }) => deadLetter)
      .catch((error) => {
        if (ConnectError.from(error).code !== Code.NotFound) throw error;
      });
    if (letter) return [{ service, letter }];
  }
  throw new Refusal(exits.failed, `there is no dead letter ${id}`, "it may have been redriven: ./skein events dead");
}

function asData({ service, letter }: Found, schemas: ReadonlyMap<string, DescMessage>, whole: boolean) {
  const { id, consumer, source, cause, attempts, parkedAt, entry } = letter;
  const { service: _source, event, payload, ...place } = entry ? shown(source, entry, schemas) : {};
  return {
    ...{ id, service, consumer, source, cause, attempts },
    parkedAt: parkedAt && timestampDate(parkedAt).toISOString(),
    entry: whole ? { ...place, ...(event === undefined ? { payload } : { event }) } : place,
  };
}

function lineOf(service: string, { id, consumer, source, entry, cause, attempts, parkedAt }: DeadLetter): string {
  const at = parkedAt ? timestampDate(parkedAt).toISOString().slice(0, 19).replace("T", " ") : "";
  const what =
    entry && `${entry.type.split(".").at(-1)} ${entry.partition}/${entry.seq} of ${source} about ${entry.subjectId}`;
  return safe(
    `${id}  ${at}  ${service}/${consumer}  ${what}  ${attempts === 0 ? "" : `tried ${attempts} times: `}${cause}`,
  );
}
