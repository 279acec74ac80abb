import { everything } from "../../main.ts";
import { type Cli, exits } from "../command.ts";
import { table } from "../terminal/table.ts";
import { eventTypes } from "./catalogue.ts";
import { chosen } from "./choice.ts";

/** Lists every kind of event: who announces it, by what it is divided and found, and who does something about it. */
export async function ls({ type }: { readonly type?: readonly string[] | undefined }, cli: Cli): Promise<number> {
  const all = await eventTypes(everything);
  const types = type ? chosen(all, type) : all;
  if (cli.json) {
    const events = types.map(({ schema: _schema, short: _short, ...one }) => one);
    cli.out(JSON.stringify({ events }));
    return exits.done;
  }
  const rows = types.map(({ name, service, shardKey, subject, consumers }) => [
    name,
    service ?? "nobody yet",
    shardKey,
    subject,
    consumers.map((one) => `${one.service}/${one.consumer}`).join(", ") || "-",
  ]);
  for (const line of table([["EVENT", "ANNOUNCED BY", "SHARD KEY", "SUBJECT", "CONSUMED BY"], ...rows])) cli.out(line);
  return exits.done;
}
