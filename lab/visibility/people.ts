import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../../services/identity/deps.ts";
import type { Relation } from "./relations.ts";
import type { Person } from "./things.ts";

/** What everybody proves themselves with. */
export const PASSWORD = "correct horse battery staple";

/** Accounts as registration makes them, many at once; their faces and handles name them. All of them moderate, for lists of power. */
export async function register(
  mesh: TestMesh,
  people: readonly { readonly name: string; readonly relation?: Relation }[],
): Promise<Person[]> {
  const { db, ids, clock, hasher } = mesh.deps<Deps>("identity");
  const now = clock.now();
  const made = people.map((one) => personOf(one.name, ids.next(), one.relation));
  const [all, handles] = [made.map(({ id }) => id), made.map(({ handle }) => handle)];
  const hash = await hasher.hash(PASSWORD);
  await db.commit(undefined, async (tx) => {
    await tx.query(sql`with row as (select id, handle from unnest(${all}::uuid[], ${handles}::text[]) as p (id, handle)),
      a as (insert into account (id, handle, display_name, roles, created_at, updated_at)
        select id, handle, replace(handle, 'mx_', 'face_'), array[case handle when 'mx_administrator' then 'ADMIN' else 'MODERATOR' end], ${now}, ${now} from row),
      h as (insert into handle_claim (handle, account_id) select handle, id from row),
      e as (insert into email_claim (email, account_id) select handle || '@example.test', id from row),
      p as (insert into person (account_id, email) select id, handle || '@example.test' from row)
      insert into credential (account_id, password_hash, password_changed_at) select id, ${hash}, ${now} from row`);
    for (const { id: accountId, handle } of made) {
      const displayName = handle.replace("mx_", "face_");
      const profile = { accountId, handle, displayName, createdAt: timestampFromDate(now), version: 1n };
      tx.publish(AccountRegisteredSchema, { accountId, profile });
    }
  });
  return made;
}

/** Somebody of whom only this is known. */
export function personOf(name: string, id: string, relation?: Relation): Person {
  const person = { name, id, handle: `mx_${name}`, ...(relation && { relation }) };
  const account = { name, id };
  return Object.assign(person, { account: Object.assign(account, { of: person as Person }) });
}
