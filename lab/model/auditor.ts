import { type DescMessage, hasOption } from "@bufbuild/protobuf";
import { Migration } from "@mikro-orm/migrations";
import { file_skein_content_v1_content_events } from "#gen/skein/content/v1/content_events_pb.ts";
import { file_skein_graph_v1_graph_events } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { file_skein_identity_v1_identity_events } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { event } from "#gen/skein/options/v1/options_pb.ts";
import { consumer, on } from "#mesh/consumer.ts";
import { defineService } from "#mesh/service.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

class Heard extends Migration {
  override name = "20261121_heard";
  override up(): void {
    this.addSql(`create table heard (place bigint generated always as identity primary key, source text not null,
      part smallint not null, seq bigint not null)`);
  }
}

const files = [
  file_skein_identity_v1_identity_events,
  file_skein_graph_v1_graph_events,
  file_skein_content_v1_content_events,
];
const events: DescMessage[] = files.flatMap(({ messages }) => messages.filter((message) => hasOption(message, event)));

/** Writes down every event there is, and is not idempotent on purpose: twice applied is two rows. */
const listen = consumer(
  "listen",
  events.map((schema) =>
    on(schema, async ({ tx, source, partition, seq }) => {
      await tx.query(sql`insert into heard (source, part, seq) values (${source}, ${partition}, ${seq})`);
    }),
  ),
);

/** A service that only listens: what it heard is compared with what was logged (I6, I7). */
export const auditor = defineService({
  ...{ name: "notification", config: {}, calls: {}, entities: [], migrations: [Heard], serves: [] },
  consumes: [listen],
});

/** What it heard that was not logged once, or not in order. */
export async function overheard(heard: Db, source: string, log: Db): Promise<string[]> {
  const [logged] = await log.query<{
    n: number;
    gaps: number;
  }>(sql`select count(*)::int as n, count(*) filter (where seq <> place)::int as gaps
    from (select seq, row_number() over (partition by partition order by seq) as place from log) l`);
  const [mine] = await heard.query<{ n: number; different: number; disorder: number }>(sql`
    select count(*)::int as n, count(distinct (part, seq))::int as different, count(*) filter (where seq <= before)::int as disorder
    from (select part, seq, lag(seq) over (partition by part order by place) as before from heard where source = ${source}) h`);
  return [
    ...(logged?.gaps === 0 ? [] : [`the log of ${source} has ${logged?.gaps} gaps`]),
    ...(mine?.n === logged?.n && mine?.different === logged?.n
      ? []
      : [`${source} logged ${logged?.n}, ${mine?.n} were heard, ${mine?.different} different ones`]),
    ...(mine?.disorder === 0 ? [] : [`${mine?.disorder} events of ${source} came out of order`]),
  ];
}
