import { clone, equals } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import type { EditPostRequest, PostChange } from "#gen/skein/content/v1/post_service_pb.ts";
import { failure } from "../failures.ts";
import type { Meaning } from "./facets.ts";
import { addressees } from "./mentioned.ts";
import { mediaOf } from "./new-post.ts";
import { tidyLine } from "./text.ts";

type Field = Exclude<keyof PostChange, `$${string}`>;

const FIELDS: Record<string, Field> = {
  text: "text",
  media: "media",
  language: "language",
  content_warning: "contentWarning",
};

/** The fields that a request means: those of its mask, or without one those that are set. Unknown ones are refused. */
export function changedFields({ change, updateMask }: Pick<EditPostRequest, "change" | "updateMask">): Set<Field> {
  const paths = updateMask?.paths ?? [];
  if (paths.length === 0) return new Set(Object.values(FIELDS).filter((field) => (change?.[field].length ?? 0) > 0));
  return new Set(
    paths.map((path) => {
      const field = Object.hasOwn(FIELDS, path) ? FIELDS[path] : undefined;
      if (field) return field;
      const fields = { [`update_mask.${path}`]: "is not a field of PostChange" };
      throw failure("UNKNOWN_FIELD", { facts: { field: path }, fields });
    }),
  );
}

/** What is to become of a card: fields that are not named stay. */
export interface Revision {
  readonly fields: ReadonlySet<Field>;
  readonly change: Pick<PostChange, Field>;
  /** The text as it is kept, and what it means; used if the text changes. */
  readonly text: string;
  readonly meaning: Meaning;
  readonly now: Date;
}

/** The card after a change, a version on; undefined if nothing is different. */
export function changeCard(former: PostCard, { fields, change, text, meaning, now }: Revision): PostCard | undefined {
  const { authorId, audience, reply } = former;
  const next = clone(PostCardSchema, former);
  if (fields.has("text")) {
    const { facets, hashtags } = meaning;
    const about = { authorId, audience, parentAuthorId: reply?.parentAuthorId };
    Object.assign(next, { text, facets, hashtags, mentionedIds: addressees(meaning.mentionedIds, about) });
  }
  if (fields.has("media")) next.media = mediaOf(change.media);
  if (fields.has("language")) next.language = change.language;
  if (fields.has("contentWarning")) next.contentWarning = tidyLine(change.contentWarning);
  if (equals(PostCardSchema, former, next)) return undefined;
  if (next.text === "" && next.media.length === 0 && !next.poll) throw failure("EMPTY_POST");
  next.editedAt = timestampFromDate(now);
  next.version = former.version + 1n;
  return next;
}
