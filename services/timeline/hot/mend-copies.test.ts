import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { applyPosts } from "../store/apply-posts.ts";
import { markStale } from "../store/stale-copies.ts";
import { people } from "../testing/people.ts";
import { startTimeline } from "../testing/start.ts";
import { readPage } from "./cards.ts";
import { keepCopies } from "./copies.ts";
import { mendCopies } from "./mend-copies.ts";

test("a post of which Redis was told is not gone because it is stored only a moment later", async () => {
  await using mesh = await startTimeline();
  const { ann } = await people(mesh, "ann");
  const deps = mesh.timeline;
  const card = create(PostCardSchema, {
    ...{ id: deps.ids.next(), authorId: ann, text: "hello", audience: Audience.PUBLIC, version: 1n },
  });
  const change = { postId: card.id, authorId: ann, shard: 1, version: 1n, at: mesh.clock.now(), card };
  await markStale(deps.db, [card.id], mesh.clock.now());
  let mending: Promise<number> | undefined;
  await deps.db.transact(async (tx) => {
    const copies = await applyPosts(tx, { posts: [change], shares: [], consents: [] }, { again: false });
    expect(await keepCopies(deps, copies)).toBe(true);
    // It finds the copy and no post, and says so; then it waits for us.
    mending = deps.homes.apart(() => mendCopies(deps, 10));
    const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(() => tx.query(waiting)).toHaveLength(1);
  });
  expect(await mending).toBe(1);
  const { cards } = await readPage({ ...deps }, [card.id]);
  expect(cards.get(card.id)).toMatchObject({ version: 1n, deleted: false });
});
