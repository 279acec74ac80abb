import { create, equals, toBinary } from "@bufbuild/protobuf";
import { InteractionPolicyChangedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type InteractionPolicy, InteractionPolicySchema, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { failure } from "../failures.ts";
import { settledPolicy } from "../rules/policy.ts";
import { cardIn } from "./bytes.ts";

/** Rewrites the card of an own post with another policy and announces it; returns the post's version then. */
export const changePolicy = (db: Db, ctx: Context, asked: string, policy: InteractionPolicy): Promise<bigint> =>
  db.commit(ctx, async (tx) => {
    const authorId = callerOf(ctx);
    const [held] = await tx.query<{ id: string; card: Buffer }>(sql`select id, card from post
      where author_id = ${authorId} and id = ${asked} and state = 'PUBLISHED' for update`);
    const former = cardIn(held?.card ?? null);
    if (!held || !former) throw failure("POST_NOT_FOUND");
    if (equals(InteractionPolicySchema, settledPolicy(former.policy), policy)) return former.version;
    const card = create(PostCardSchema, { ...former, policy, version: former.version + 1n });
    await tx.query(sql`update post set card = ${Buffer.from(toBinary(PostCardSchema, card))}, version = ${card.version}
      where author_id = ${authorId} and id = ${held.id}`);
    tx.publish(InteractionPolicyChangedSchema, { authorId, postId: held.id, card });
    return card.version;
  });
