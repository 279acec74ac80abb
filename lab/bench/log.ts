import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { provisionAll } from "#mesh/host/provisioning.ts";
import { ensureKeys, openKeyring } from "#mesh/identity/keyring.ts";
import { openDatabase } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { urlsOf } from "#mesh/store/provision.ts";
import { sql } from "#mesh/store/sql.ts";
import { startServers } from "../../cli/servers/index.ts";
import { pair } from "../faults/pair.ts";
import { median } from "./ground.ts";

// What the log costs a write, and what one partition carries. `node lab/bench/log.ts [--rounds N] [--ms N]`
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, ms: { type: "string", default: "3000" } },
});
const ms = Number(values.ms);
const CONNECTIONS = 16;

await using scope = new AsyncDisposableStack();
const home = await mkdtemp(join(tmpdir(), "skein-bench-"));
scope.defer(() => rm(home, { recursive: true, force: true }));
const servers = scope.use(await startServers({ home, durable: true }));
const keys = join(home, "keys");
ensureKeys(
  keys,
  pair.map(({ name }) => name),
);
await provisionAll(pair, servers.postgres, "skein_", (service) => openKeyring(keys, service));
const { data: url } = urlsOf(servers.postgres, "skein_", openKeyring(keys, "identity"));
const db = scope.use(await openDatabase({ url, service: "identity", entities: [], connections: CONNECTIONS }));

const text = "a hundred and forty characters of a text ".repeat(4).slice(0, 140);
const account = (n: number) => `0193aaaa-0000-7000-8000-${String(n).padStart(12, "0")}`;
const logged = (accountId: string) =>
  db.write(undefined, {
    effect: sql`effect as (insert into made (subject) values (${text}) returning 1)`,
    publish: [event(AccountDeactivatedSchema, { accountId })],
  });
let n = 0;
const jobs = {
  "without the log": () => db.query(sql`insert into made (subject) values (${text}) returning 1`),
  "with the log": () => logged(account(n++ % 5_000)),
  "one hot partition": () => logged(account(1)),
};
type Name = keyof typeof jobs;
const rates = new Map<Name, number[]>();
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [name, job] of Object.entries(jobs) as [Name, () => Promise<unknown>][]) {
    const rate = await rateOf(job);
    if (round > 0) rates.set(name, [...(rates.get(name) ?? []), rate]); // the first is for warming up
  }
}
const of = (name: Name) => rates.get(name) ?? [];
const price = of("with the log").map((rate, at) => rate / (of("without the log")[at] ?? 1));
const result = {
  ...Object.fromEntries(Object.keys(jobs).map((name) => [name, `${Math.round(median(of(name as Name)))}/s`])),
  "with : without": { median: median(price), rounds: price },
};
process.stdout.write(
  `${JSON.stringify(result, (_, value) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value), 2)}\n`,
);

async function rateOf(job: () => Promise<unknown>): Promise<number> {
  let done = 0;
  const began = performance.now();
  const end = began + ms;
  const worker = async () => {
    for (; performance.now() < end; done++) await job();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return done / ((performance.now() - began) / 1000);
}
