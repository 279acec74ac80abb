import { sql } from "#mesh/store/sql.ts";
import type { Wire } from "#mesh/testing/wire.ts";
import { as } from "#mesh/testing.ts";
import type { Deps } from "../../services/social-graph/deps.ts";
import { newResult, type Result } from "./matrix.ts";
import { look } from "./reading.ts";
import { relate } from "./steps.ts";
import type { Person } from "./things.ts";
import type { Town } from "./town.ts";
import { lookers, selfOf } from "./viewers.ts";

/** So long may it take until a block holds for everybody else. */
const FOR_ALL_MS = 5_000;

/**
 * Two blocks while the bus is away: each holds for whoever made it from the answer on, without a second look, and for all
 * others within 5 s; by then the follows between the two have ended, in lists and counts.
 */
export async function blockWithoutBus(town: Town, wire: Wire, result: Result): Promise<void> {
  await wire.cut();
  const { cast, authors } = town;
  const apart = authors.filter(({ relation }) => relation?.later);
  const [blocked, blocker] = ["viewer blocks", "author blocks"].map((step) =>
    apart.find(({ relation }) => relation?.later?.steps.some((one) => one === step)),
  );
  if (!blocked || !blocker) throw new Error("nobody blocks later");
  const [viewer, ...others] = lookers(cast);
  if (!viewer) throw new Error("nobody looks");
  await part(town, blocked);
  await look({ town, viewer }, [blocked], result);
  await part(town, blocker);
  const since = performance.now();
  // The other's follow is on the other's side: that it has ended is heard there, and counted then.
  await look({ town, viewer: selfOf(cast, blocker) }, [blocker], result, { pages: false, numbers: false });
  await untilRight(since, result, async (pass) => {
    for (const one of [viewer, ...others])
      await look({ town, viewer: one }, apart, pass, { pages: one.name === "viewer" || one.name === "neutral" });
    for (const author of apart) await look({ town, viewer: selfOf(cast, author) }, [author], pass, { pages: false });
  });
  if ((await notCarried(town)) === 0) result.wrong.push("the blocks were carried: the bus was there all the time");
}

/** Partitions of social-graph's log of which the bus has not got everything. */
async function notCarried({ mesh }: Town): Promise<number> {
  const rows = await mesh.deps<Deps>("social-graph").db.query(sql`select 1 from log_head h
    left join relay_position r on r.partition = h.partition where h.seq > coalesce(r.seq, 0)`);
  return rows.length;
}

async function part(town: Town, author: Person): Promise<void> {
  await relate(town, author, author.relation?.later?.steps ?? [], as(town.cast.administrator.id));
  town.cast.late.add(author);
}

/** Looks again for as long as something is not right yet and the time is not over. */
async function untilRight(since: number, result: Result, pass: (into: Result) => Promise<void>): Promise<void> {
  for (;;) {
    const lastChance = performance.now() - since > FOR_ALL_MS;
    const found = newResult();
    await pass(found);
    if (found.wrong.length > 0 && !lastChance) continue;
    result.cells += found.cells;
    result.wrong.push(...found.wrong);
    return;
  }
}
