import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Audience, VisibilityReason } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { FollowState } from "#gen/skein/graph/v1/follow_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { churn, PAIRS } from "./churn.ts";
import { graphDamage } from "./graph-damage.ts";
import { codeOf, reasonOf } from "./outcome.ts";
import { arrive, type Person } from "./people.ts";
import { settled } from "./settled.ts";
import { shapes, startTown, type Town } from "./shapes.ts";

const crowdNames = Array.from({ length: 20 }, (_, n) => `crowd_${n}`);

describe.each(shapes)("%s", (shape) => {
  let town: Town;
  let people: Record<"ann" | "bob" | "cleo" | "star", Person>;
  let crowd: Person[];
  beforeAll(async () => {
    town = await startTown(shape);
    people = await arrive(town, "ann", "bob", "cleo", "star");
    crowd = Object.values(await arrive(town, ...crowdNames));
  });
  afterAll(() => town[Symbol.asyncDispose]());

  const graph = () => town.client(GraphService);
  const counts = async ({ id }: Person, options = {}) => {
    const { counts: found } = await graph().getCounts({ accountId: id }, options);
    return [Number(found?.followers), Number(found?.following)];
  };
  const handles = (list: readonly { profile?: { handle: string } | undefined }[]) =>
    list.map(({ profile }) => profile?.handle);

  test("people follow, are seen to, and part, by either's will", async () => {
    const { ann, bob, cleo } = people;
    const follow = (who: Person, whom: Person) => graph().followAccount({ accountId: whom.id }, who.as);
    const first = await follow(ann, bob);
    expect(first.follow).toMatchObject({ accountId: bob.id, state: FollowState.ACTIVE });
    expect(await follow(ann, bob)).toEqual(first);
    await Promise.all([follow(bob, ann), follow(cleo, bob)]);
    expect(await reasonOf(follow(ann, ann))).toBe("SELF_FOLLOW");
    expect(await reasonOf(follow(ann, { ...bob, id: crypto.randomUUID() }))).toBe("ACCOUNT_NOT_FOUND");
    expect(await codeOf(graph().followAccount({ accountId: bob.id }))).toBe("Unauthenticated");
    expect([await counts(ann), await counts(bob), await counts(cleo)]).toEqual([
      [1, 1],
      [2, 1],
      [0, 1],
    ]);
    const between = async (who: Person, whom: Person) =>
      (await graph().getRelationship({ accountId: whom.id }, who.as)).relationship?.relation;
    expect(await between(ann, bob)).toMatchObject({ following: true, followedBy: true });
    expect(await between(bob, cleo)).toMatchObject({ following: false, followedBy: true });

    await settled(town);
    const lists = async (whom: Person, options = {}) => {
      const of = { accountId: whom.id };
      const { followers } = await graph().listFollowers(of, options);
      const { following } = await graph().listFollowing(of, options);
      const { mutuals } = await graph().listMutuals(of, options);
      return [handles(followers).sort(), handles(following).sort(), handles(mutuals).sort()];
    };
    expect(await lists(bob)).toEqual([["ann", "cleo"], ["ann"], ["ann"]]);

    await graph().removeFollower({ accountId: cleo.id }, bob.as);
    await graph().unfollowAccount({ accountId: bob.id }, ann.as);
    await graph().unfollowAccount({ accountId: bob.id }, ann.as);
    await settled(town);
    for (const options of [ann.as, bob.as, cleo.as, {}]) expect(await lists(bob, options)).toEqual([[], ["ann"], []]);
    expect([await counts(ann), await counts(bob), await counts(cleo)]).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
    await follow(cleo, bob); // removed is not blocked
    await graph().unfollowAccount({ accountId: bob.id }, cleo.as);
    await graph().unfollowAccount({ accountId: ann.id }, bob.as);
  });

  test("who is locked is asked first, and shows what is for followers only to those who were let in", async () => {
    const { ann, bob, cleo } = people;
    await graph().updatePrivacySettings({ locked: true }, ann.as);
    const { post } = await town.client(PostService).createPost({ post: { text: "among us" } }, ann.as);
    const sees = (who: Person) =>
      codeOf(town.client(PostService).getPost({ postId: post?.card?.id ?? "" }, who.as)).then((code) => code === "OK");
    const ask = (who: Person) => graph().followAccount({ accountId: ann.id }, who.as);
    const state = async (who: Person) =>
      (await graph().getRelationship({ accountId: ann.id }, who.as)).relationship?.follow?.state;
    expect((await ask(bob)).follow?.state).toBe(FollowState.PENDING);
    expect((await ask(cleo)).follow?.state).toBe(FollowState.PENDING);
    expect([await sees(bob), await sees(cleo), await counts(ann)]).toEqual([false, false, [0, 0]]);
    await settled(town);
    const asking = async () => handles((await graph().listFollowRequests({}, ann.as)).requests).sort();
    expect(await asking()).toEqual(["bob", "cleo"]);

    await graph().acceptFollowRequest({ accountId: bob.id }, ann.as);
    await graph().acceptFollowRequest({ accountId: bob.id }, ann.as);
    await graph().rejectFollowRequest({ accountId: cleo.id }, ann.as);
    expect([await sees(bob), await sees(cleo), await counts(ann)]).toEqual([true, false, [1, 0]]);
    expect([await state(bob), await state(cleo)]).toEqual([FollowState.ACTIVE, undefined]);
    expect(await reasonOf(graph().acceptFollowRequest({ accountId: cleo.id }, ann.as))).toBe("REQUEST_NOT_FOUND");
    await settled(town);
    expect(await asking()).toEqual([]);
    expect((await graph().listFollowers({ accountId: ann.id }, cleo.as)).withheld).toBe(true);
    expect(handles((await graph().listFollowers({ accountId: ann.id }, bob.as)).followers)).toEqual(["bob"]);

    await ask(cleo);
    await graph().unfollowAccount({ accountId: ann.id }, cleo.as); // withdrawn
    await settled(town);
    expect([await asking(), await state(cleo)]).toEqual([[], undefined]);
    await graph().updatePrivacySettings({ locked: false }, ann.as);
    expect((await ask(cleo)).follow?.state).toBe(FollowState.ACTIVE);
    expect([await sees(cleo), await counts(ann)]).toEqual([true, [2, 0]]);
  });

  test("a mute takes somebody out of sight until it ends, and nobody else notices", async () => {
    const { ann, bob } = people;
    const posts = town.client(PostService);
    const { post } = await posts.createPost({ post: { text: "loudly, loudly", audience: Audience.PUBLIC } }, bob.as);
    const found = async (options: object) => {
      const answer = await town.client(SearchService).searchPosts({ query: "loudly" }, options);
      return answer.posts.length;
    };
    const folded = async (options: object) =>
      (await posts.getPost({ postId: post?.card?.id ?? "" }, options)).post?.visibility?.reason ===
      VisibilityReason.MUTED;
    await settled(town);
    const mute = (ms?: number) =>
      graph().muteAccount({ accountId: bob.id, ...(ms && { expiresAt: timestampFromMs(Date.now() + ms) }) }, ann.as);
    expect(await reasonOf(mute(-1_000))).toBe("EXPIRY_PAST");
    await mute();
    expect([await found(ann.as), await folded(ann.as)]).toEqual([0, true]);
    await graph().unmuteAccount({ accountId: bob.id }, ann.as);
    expect([await found(ann.as), await folded(ann.as)]).toEqual([1, false]);
    await mute(1_500);
    expect([await found(ann.as), await folded(ann.as)]).toEqual([0, true]);
    expect([await found(bob.as), await folded(bob.as), await found({})]).toEqual([1, false, 1]);
    expect((await graph().listMutes({}, ann.as)).mutes).toMatchObject([{ accountId: bob.id }]);
    await expect.poll(() => folded(ann.as), { timeout: 10_000 }).toBe(false);
    expect([await found(ann.as), (await graph().listMutes({}, ann.as)).mutes]).toEqual([1, []]);
  });

  test("pages of followers hold everybody once, newest first, also when somebody leaves in between", async () => {
    const { star } = people;
    for (const who of crowd) await graph().followAccount({ accountId: star.id }, who.as);
    await settled(town);
    const leaver = crowd[3] as Person;
    const seen: (string | undefined)[] = [];
    for (let pageToken = "", pages = 0; pages === 0 || pageToken !== ""; pages++) {
      const page = await graph().listFollowers({ accountId: star.id, pageSize: 7, pageToken });
      seen.push(...handles(page.followers));
      pageToken = page.nextPageToken;
      if (pages > 0) continue;
      await graph().unfollowAccount({ accountId: star.id }, leaver.as);
      await settled(town);
    }
    expect(seen).toEqual(crowdNames.filter((name) => name !== leaver.handle).reverse());
    expect(await counts(star)).toEqual([19, 0]);
  });

  test(
    `${PAIRS} pairs of opposite acts at once end in a graph that agrees with itself`,
    async () => {
      const outcomes = await churn(town, crowd);
      expect(outcomes).toEqual(new Set(["OK", "ACCOUNT_NOT_FOUND", "BLOCKED_BY_YOU"]));
      await settled(town);
      expect(await graphDamage(town)).toEqual([]);
      const ids = crowd.map(({ id }) => id);
      const edges = new Map<string, boolean | undefined>();
      for (const { id, as } of crowd) {
        const { relationships } = await graph().batchGetRelationships(
          { accountIds: ids.filter((one) => one !== id) },
          as,
        );
        for (const { accountId, relation } of relationships) {
          edges.set(`${id} > ${accountId}`, relation?.following);
          edges.set(`${accountId} < ${id}`, relation?.followedBy);
        }
      }
      const onesided = [...edges].filter(([pair, following]) => {
        const [a = "", way, b = ""] = pair.split(" ");
        const other = edges.get(way === ">" ? `${a} < ${b}` : `${a} > ${b}`);
        return other !== undefined && other !== following; // absent: the other one is blocked
      });
      expect(onesided).toEqual([]);
    },
    60_000 + PAIRS * 60,
  );
});
