import type { Keeps } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";

/** Where filters and followed tags are kept. */
export const keepsWishes: Keeps<Deps> = { tables: [{ table: "content_filter" }, { table: "tag_follow" }] };
