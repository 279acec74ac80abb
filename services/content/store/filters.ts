import { fromBinary } from "@bufbuild/protobuf";
import { FilterRuleSchema } from "#gen/skein/content/v1/content_filter_pb.ts";
import { compileFilters, type Filters, type KeptFilter } from "#mesh/judging/filter.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

interface Ready {
  readonly filters: Filters;
  /** The version of each filter that it was made of. */
  readonly versions: ReadonlyMap<string, string>;
}

/** The filters of an account that hold now, ready for use; undefined if there are none. One statement. */
export async function filtersOf(db: Db, accountId: string, now: Date): Promise<Filters | undefined> {
  const ready = readyIn(db);
  const known = ready.get(accountId);
  const versions = [...(known?.versions ?? [])].map(([id, version]) => `${id} ${version}`);
  // Rules that we have already stay where they are.
  const rows = await db.query<{ id: string; version: string; rule: Buffer | null }>(sql`
    select id, version, case when id || ' ' || version = any(${versions}::text[]) then null else rule end as rule
    from content_filter where account_id = ${accountId} and (expires_at is null or expires_at > ${now}) order by id`);
  if (rows.length === 0) {
    ready.forget(accountId);
    return undefined;
  }
  const same = known?.versions.size === rows.length && rows.every(({ rule }) => rule === null);
  if (known && same) return known.filters;
  const kept = new Map(known?.filters.filters.map((filter) => [filter.id, filter]));
  const filters = compileFilters(
    accountId,
    rows.flatMap(({ id, rule }): KeptFilter[] => {
      if (rule) return [{ id, rule: fromBinary(FilterRuleSchema, rule) }];
      const before = kept.get(id);
      return before ? [before] : [];
    }),
  );
  ready.keep(accountId, { filters, versions: new Map(rows.map(({ id, version }) => [id, version])) });
  return filters;
}

/** States of automata that are kept in one process, some 60 bytes each. */
const MOST_STATES = 500_000;
const ready = new WeakMap<Db, ReturnType<typeof createReady>>();

function readyIn(db: Db) {
  const known = ready.get(db);
  if (known) return known;
  const made = createReady();
  ready.set(db, made);
  return made;
}

/** Keeps what was used last, by how much memory it takes. */
function createReady() {
  const all = new Map<string, Ready>();
  let states = 0;
  const forget = (accountId: string) => {
    states -= all.get(accountId)?.filters.phrases.size ?? 0;
    all.delete(accountId);
  };
  return {
    forget,
    get(accountId: string): Ready | undefined {
      const found = all.get(accountId);
      if (found) {
        all.delete(accountId);
        all.set(accountId, found);
      }
      return found;
    },
    keep(accountId: string, one: Ready): void {
      forget(accountId);
      all.set(accountId, one);
      states += one.filters.phrases.size;
      for (const [oldest] of all) {
        if (states <= MOST_STATES || oldest === accountId) return;
        forget(oldest);
      }
    },
  };
}
