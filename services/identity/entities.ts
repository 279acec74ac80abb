import { defineEntity, p } from "@mikro-orm/postgresql";
import type { AccountRow } from "./store/accounts.ts";

/** A moment stays as PostgreSQL writes it: a Date would cut the microseconds off and make every row look changed. */
const moment = () => p.string().columnType("timestamptz");

/** The public side of an account. Properties are named as their columns, so that a row is an entity and the other way round. */
export const Account = defineEntity({
  name: "Account",
  tableName: "account",
  properties: {
    id: p.uuid().primary(),
    handle: p.text(),
    display_name: p.text(),
    bio: p.text().default(""),
    avatar_media_id: p.uuid().nullable(),
    state: p.text().$type<AccountRow["state"]>().default("ACTIVE"),
    roles: p.array().columnType("text[]").$type<AccountRow["roles"]>().default([]),
    version: p.bigint("number").version().default(1),
    created_at: moment(),
    updated_at: moment(),
    handle_changed_at: moment().nullable(),
    deactivated_at: moment().nullable(),
    /** Set where the row is made, and never again. */
    shard: p.smallint().nullable(),
  },
});

/** Who stands behind an account: personal data, in no event and no other service. */
export const Person = defineEntity({
  name: "Person",
  tableName: "person",
  properties: {
    account_id: p.uuid().primary(),
    email: p.text(),
    email_verified_at: moment().nullable(),
    legal_name: p.text().default(""),
    birth_date: p.text().default(""),
  },
});

/** The former face of an account that is to be erased. */
export const Deletion = defineEntity({
  name: "Deletion",
  tableName: "deletion",
  properties: {
    account_id: p.uuid().primary(),
    handle: p.text(),
    display_name: p.text(),
    bio: p.text(),
    avatar_media_id: p.uuid().nullable(),
    former_state: p.text().$type<AccountRow["state"]>().default("ACTIVE"),
    requested_at: moment(),
    erasure_at: moment(),
    announced_at: moment().nullable(),
  },
});

/** What identity changes through the unit of work. */
export const entities = [Account, Person, Deletion];
