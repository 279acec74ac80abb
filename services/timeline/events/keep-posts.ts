import { timestampDate } from "@bufbuild/protobuf/wkt";
import { ConsentRowSchema, PostRowSchema, ShareRowSchema } from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { consumer, from, together } from "#mesh/consumer.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { keepCopies } from "../hot/copies.ts";
import { applyPosts, type Changes } from "../store/apply-posts.ts";
import { clearConsents, cleared, clearPosts, clearShares } from "../store/clear-posts.ts";
import { keepsPosts } from "../store/keeps-posts.ts";
import { markStale } from "../store/stale-copies.ts";
import { postWords } from "../store/words.ts";
import { changesIn, POST_EVENTS } from "./content-changes.ts";

const NOTHING: Changes = { posts: [], shares: [], consents: [] };

/**
 * What is posted, changed, deleted and shared. Copies in Redis are written before the transaction commits; where that fails,
 * it is written down with the effect that they have to be mended.
 */
export const keepPosts = consumer<Deps>(
  "keep-posts",
  together(POST_EVENTS, async (deliveries, tx, deps) => {
    const writes = await applyPosts(tx, changesIn(deliveries), { again: false });
    if (await keepCopies(deps, writes)) return;
    await markStale(
      tx,
      writes.map(({ id }) => id),
      deps.clock.now(),
    );
  }),
  [
    from(
      "post",
      PostRowSchema,
      ({ rows, tx, partition: shard }, deps) => {
        const posts = rows.flatMap(({ card }) =>
          card
            ? [{ postId: card.id, authorId: card.authorId, shard, version: card.version, at: deps.clock.now(), card }]
            : [],
        );
        return restore(tx, deps, { ...NOTHING, posts });
      },
      ({ tx, partition }, { clock }) => clearPosts(tx, partition, clock.now()),
      postWords.post,
    ),
    from(
      "share",
      ShareRowSchema,
      ({ rows, tx, partition: shard }, deps) => {
        const shares = rows.map(({ shareId, sharerId, postId, authorId, sharedAt }) => ({
          ...{ shareId, sharerId, postId, authorId, shard },
          at: sharedAt ? timestampDate(sharedAt) : deps.clock.now(),
        }));
        return restore(tx, deps, { ...NOTHING, shares });
      },
      ({ tx, partition }, { clock }) => clearShares(tx, partition, clock.now()),
      postWords.share,
    ),
    from(
      "consent",
      ConsentRowSchema,
      ({ rows, tx, partition: shard }, deps) => {
        const consents = rows.map(({ postId, quotedAuthorId, quotedPostId: quotedId, approved }) => ({
          ...{ postId, quotedAuthorId, quotedId, shard, approved },
        }));
        return restore(tx, deps, { ...NOTHING, consents });
      },
      ({ tx, partition }, { clock }) => clearConsents(tx, partition, clock.now()),
      postWords.consent,
    ),
  ],
  keepsPosts,
);

/** Copies follow when the rebuilt partition is there for all: until then they are as true as what readers see. */
async function restore(tx: Tx, { clock }: Deps, changes: Changes): Promise<void> {
  const writes = await applyPosts(tx, changes, { again: await cleared(tx) });
  await markStale(
    tx,
    writes.map(({ id }) => id),
    clock.now(),
  );
}
