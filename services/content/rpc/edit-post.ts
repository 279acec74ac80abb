import { create } from "@bufbuild/protobuf";
import { AccountMentionedSchema, PostEditedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import { PostChangeSchema, type PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { mayMention } from "../posting/prepare.ts";
import { meaningOf } from "../rules/facets.ts";
import { mayRead } from "../rules/mentioned.ts";
import { readText } from "../rules/new-post.ts";
import { changeCard, changedFields, type Revision } from "../rules/post-change.ts";
import { accountsByHandle } from "../store/accounts.ts";
import { holdPost } from "../store/post-states.ts";
import { reviseCard } from "../store/revisions.ts";
import { hydrate } from "../view/hydrate.ts";
import { present } from "../view/present.ts";
import type { PostRecord } from "../view/record.ts";
import { judge, lookingAs, visible } from "../view/visible.ts";

/** Changes what the mask names and nothing else, and keeps what it said before. What is equal changes nothing. */
export const editPost =
  (deps: Deps): Rpc<typeof PostService.method.editPost> =>
  async (request, ctx) => {
    const { change = create(PostChangeSchema), version } = request;
    const id = request.postId.toLowerCase();
    const fields = changedFields(request);
    const { text, found, handles } = readText(fields.has("text") ? change.text : "", deps.config);
    const [named, records] = await Promise.all([
      handles.length === 0 ? new Map<string, string>() : accountsByHandle(deps.db.query, handles),
      hydrate(deps.db, callerOf(ctx), [id]),
    ]);
    const { posts, relations } = await visible(deps, ctx, records.values(), { also: [...named.values()] });
    const record = posts.get(id)?.record;
    if (record?.authorId !== callerOf(ctx)) throw failure("POST_NOT_FOUND");
    const accounts = new Map([...named].filter(([, account]) => mayMention(relations, account)));
    const meaning = meaningOf(found, accounts, { mostTags: deps.config.maxHashtags });
    const shown = (card: PostCard) => {
      const after: PostRecord = { ...record, card, version: card.version };
      return { post: present(judge([after], relations, lookingAs(ctx)), [id])[0] ?? {} };
    };
    return deps.db.commit(ctx, async (tx) => {
      const held = await holdPost(tx, id);
      if (!held?.card || held.state === "TOMBSTONE") throw failure("POST_NOT_FOUND");
      if (version !== 0n && version !== held.version)
        throw failure("VERSION_MISMATCH", { facts: { version: String(held.version) } });
      const revision: Revision = { fields, change, text, meaning, now: ctx.now };
      const card = changeCard(held.card, revision);
      if (!card) return shown(held.card);
      await reviseCard(tx, card, held.card, ctx.now);
      const { authorId } = held;
      tx.publish(PostEditedSchema, { authorId, postId: id, card, formerVersion: held.version });
      for (const accountId of mayRead(card, relations, held.card))
        tx.publish(AccountMentionedSchema, {
          authorId,
          postId: id,
          accountId,
          ...(card.editedAt && { createdAt: card.editedAt }),
        });
      return shown(card);
    });
  };
