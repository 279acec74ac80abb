import pg from "pg";
import type { Outcome } from "./load.ts";

// The machine's own limit for a write: one row, one commit, by the driver alone, sixteen connections.

/** What one run does. */
export interface BareJob {
  readonly url: string;
  readonly ms: number;
  readonly connections: number;
}

const TEXT = "a hundred and forty characters of a text ".repeat(4).slice(0, 140);

async function run({ url, ms, connections }: BareJob): Promise<Outcome> {
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client(url);
      await client.connect();
      return client;
    }),
  );
  await clients[0]?.query(
    "create table if not exists bare (id bigint generated always as identity primary key, text text not null)",
  );
  const took: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const end = began + ms;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < end) {
        const due = performance.now();
        await client.query({ name: "bare", text: "insert into bare (text) values ($1)", values: [TEXT] });
        took.push(performance.now() - due);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(clients.map((client) => client.end()));
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  const calls = took.length;
  return { calls, errors: 0, perSecond: calls / seconds, p50: at(0.5), p99: at(0.99), cpuUs: (user + system) / calls };
}

if (process.send) process.on("message", (job: BareJob) => void run(job).then((outcome) => process.send?.(outcome)));
