import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";

/** Whom a viewer follows, those apart that it does not want in home. */
export async function followeesOf({ db }: Pick<Deps, "db">, viewerId: string): Promise<string[]> {
  const [row] = await db.query<{ ids: string | null }>(sql`select string_agg(followee_id::text, ',') as ids
    from follow where follower_id = ${viewerId} and not hide_from_home`);
  return row?.ids?.split(",") ?? [];
}
