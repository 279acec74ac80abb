import pg from "pg";
import type { Limit } from "./job.ts";

const TEXT = "a hundred and forty characters of a text ".repeat(4).slice(0, 140);

/** The machine's limit for a write: one row, one commit, by the driver alone. */
export async function commits({ url, connections, ms }: Extract<Limit, { kind: "commit" }>): Promise<number> {
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
  let done = 0;
  const began = performance.now();
  const end = began + ms;
  await Promise.all(
    clients.map(async (client) => {
      for (; performance.now() < end; done++)
        await client.query({ name: "bare", text: "insert into bare (text) values ($1)", values: [TEXT] });
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  await Promise.all(clients.map((client) => client.end()));
  return done / seconds;
}
