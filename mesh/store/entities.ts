import type { EntitySchema } from "@mikro-orm/postgresql";

/** Entities as a service lists them. */
// biome-ignore lint/suspicious/noExplicitAny: an EntitySchema is invariant in its entity, so a list of them has no narrower type
export type Entities = readonly EntitySchema<any, any>[];
