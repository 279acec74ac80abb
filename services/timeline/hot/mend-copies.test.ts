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
import { packShare } from "./layout.ts";
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

test.each(["stored", "stored at the second attempt"])(
  "a share of which Redis was told before it was %s is shown",
  async (how) => {
    await using mesh = await startTimeline();
    const { ann, bob } = await people(mesh, "ann", "bob");
    const deps = mesh.timeline;
    const [shareId, postId] = [deps.ids.next(), deps.ids.next()];
    const share = { shareId, sharerId: bob, postId, authorId: ann, shard: 1, at: mesh.clock.now() };
    const store = (meanwhile: () => Promise<void>) =>
      deps.db.transact(async (tx) => {
        const copies = await applyPosts(tx, { posts: [], shares: [share], consents: [] }, { again: false });
        expect(await keepCopies(deps, copies)).toBe(true);
        await meanwhile();
      });
    await markStale(deps.db, [shareId], mesh.clock.now());
    const mend = async () => expect(await deps.homes.apart(() => mendCopies(deps, 10))).toBe(1);
    if (how === "stored") await store(mend);
    else {
      const failing = store(async () => {
        await mend();
        throw new Error("try again");
      });
      await expect(failing).rejects.toThrow("try again");
      expect((await readPage({ ...deps }, [shareId])).entries.size).toBe(0);
      await store(async () => undefined);
    }
    expect((await readPage({ ...deps }, [shareId])).entries.get(shareId)).toMatchObject({
      share: true,
      postId,
      actorId: bob,
    });
  },
);

test("a share that a rebuild did not find is not shown any more", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const deps = mesh.timeline;
  const [shareId, postId] = [deps.ids.next(), deps.ids.next()];
  const hot = packShare({ postId, actorId: bob, atMs: mesh.clock.now().getTime() });
  expect(await keepCopies(deps, [{ id: shareId, share: hot }])).toBe(true);
  expect((await readPage({ ...deps }, [shareId])).entries.size).toBe(1);
  await markStale(deps.db, [shareId, ann], mesh.clock.now());
  expect(await mendCopies(deps, 10)).toBe(2);
  expect((await readPage({ ...deps }, [shareId])).entries.size).toBe(0);
});
