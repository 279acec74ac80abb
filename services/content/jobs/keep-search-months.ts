import type { Job } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";

/** Makes the months of the search index before they begin. */
export const keepSearchMonths: Job<Deps> = {
  name: "keep-search-months",
  everyMs: 21_600_000,
  async run({ db }) {
    await db.query(sql`select keep_search(3)`);
  },
};
