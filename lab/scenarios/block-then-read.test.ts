import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { type OwnNats, startOwnNats } from "../faults/own-nats.ts";
import { lookAround, type Sight, seenAt, shows } from "./looks.ts";
import { codeOf, reasonOf } from "./outcome.ts";
import { arrive, type Person } from "./people.ts";
import { settled } from "./settled.ts";
import { shapes, startTown, type Town } from "./shapes.ts";
import { type Player, type Stage, setStage } from "./stage.ts";

/** How late the other side may still come upon who blocked it. */
const OTHER_SIDE_MS = 5_000;

describe.each(shapes)("%s", (shape) => {
  let nats: OwnNats;
  let town: Town;
  let people: Record<"zoe" | "ann" | "bob" | "cleo" | "dan" | "emil" | "fay", Person>;
  beforeAll(async () => {
    nats = await startOwnNats();
    town = await startTown(shape, { NATS_URL: nats.url });
    people = await arrive(town, "zoe", "ann", "bob", "cleo", "dan", "emil", "fay");
  });
  afterAll(async () => {
    await town[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });

  /** Two people who see each other everywhere. */
  async function together(tag: string, one: Person, two: Person): Promise<Stage> {
    const stage = await setStage(town, tag, people.zoe, one, two);
    await settled(town);
    const [a, b] = stage.players;
    const blind = async () => {
      const sights = [...(await lookAround(town, stage, a, b)), ...(await lookAround(town, stage, b, a))];
      return sights.filter((sight) => !sight.shows);
    };
    await expect.poll(blind, { timeout: 15_000 }).toEqual([]); // at once, unless the machine is slow
    return stage;
  }

  /** One blocks the other, and neither comes upon the other any more. */
  async function part(stage: Stage, blocker: Player, blocked: Player): Promise<void> {
    await town.client(GraphService).blockAccount({ accountId: blocked.who.id }, blocker.who.as);
    expect(await seenAt(lookAround(town, stage, blocker, blocked))).toEqual([]);
    await expect
      .poll(() => seenAt(lookAround(town, stage, blocked, blocker)), { timeout: OTHER_SIDE_MS, interval: 100 })
      .toEqual([]);
  }

  /** What is left when everything has been applied: no edge, no place on a list, no way to come near. */
  async function apart(stage: Stage, blocker: Player, blocked: Player): Promise<void> {
    const graph = town.client(GraphService);
    const engagement = town.client(EngagementService);
    await settled(town);
    for (const [viewer, other] of [
      [blocker, blocked],
      [blocked, blocker],
    ] as const) {
      expect(await seenAt(lookAround(town, stage, viewer, other))).toEqual([]);
      expect(shows(await graph.suggestAccounts({}, viewer.who.as), other.who)).toBe(false);
      expect(await reasonOf(engagement.likePost({ postId: other.root }, viewer.who.as))).toBe("POST_NOT_FOUND");
      const answer = { text: "still", replyToId: other.root };
      expect(await reasonOf(town.client(PostService).createPost({ post: answer }, viewer.who.as))).toBe(
        "POST_NOT_FOUND",
      );
    }
    const follow = (who: Person, whom: Person) => reasonOf(graph.followAccount({ accountId: whom.id }, who.as));
    expect(await follow(blocked.who, blocker.who)).toBe("ACCOUNT_NOT_FOUND");
    expect(await follow(blocker.who, blocked.who)).toBe("BLOCKED_BY_YOU");
    const { relationship } = await graph.getRelationship({ accountId: blocked.who.id }, blocker.who.as);
    expect(relationship?.relation).toMatchObject({ blocking: true, following: false, followedBy: false });
    expect(await codeOf(graph.getRelationship({ accountId: blocker.who.id }, blocked.who.as))).toBe("NotFound");
    await using database = await town.look("social-graph");
    const both = [blocker.who.id, blocked.who.id];
    const left = `select 'follow' from follow where follower_id = any($1) and followee_id = any($1)
      union all select 'follower' from follower where follower_id = any($1) and followee_id = any($1)
      union all select 'list' from list_member where owner_id = $2 and account_id = any($1)`;
    expect((await database.query(left, [both, blocker.who.id])).rows).toEqual([]);
  }

  test("who blocks does not see the other from the next read on, nor the other them", async () => {
    const stage = await together("first", people.ann, people.bob);
    const [ann, bob] = stage.players;
    await part(stage, ann, bob);
    await apart(stage, ann, bob);

    await town.client(GraphService).unblockAccount({ accountId: bob.who.id }, ann.who.as);
    const sights = await lookAround(town, stage, ann, bob);
    expect(sights.find(({ at }) => at === "the host's thread")).toMatchObject({ shows: true });
    expect(sights.find(({ at }) => at === "their post")).toMatchObject({ shows: true });
    expect(sights.find(({ at }) => at === "the own followers")).toMatchObject({ code: "OK", shows: false });
  });

  test.runIf(shape === "split")(
    "while social-graph is dead nothing is shown that it might forbid, and then it is back",
    async () => {
      const stage = await together("second", people.emil, people.fay);
      const [emil, fay] = stage.players;
      const posts = town.client(PostService);
      const look = (player: Player, postId: string) =>
        codeOf(posts.getPost({ postId }, { ...player.who.as, timeoutMs: 500 }));
      await town.client(GraphService).blockAccount({ accountId: fay.who.id }, emil.who.as);
      await town.kill("social-graph");
      // Who cannot be asked about is not shown, though it is only the host; one's own words need no asking.
      const away = await Promise.all([look(emil, stage.hostRoot), look(fay, stage.hostRoot), look(emil, fay.root)]);
      expect(new Set(away).difference(new Set(["Unavailable", "DeadlineExceeded"]))).toEqual(new Set());
      expect(await look(emil, emil.root)).toBe("OK");

      let over = false;
      const back = town.back("social-graph").finally(() => {
        over = true;
      });
      const all: Sight[] = [];
      while (!over) {
        all.push(...(await lookAround(town, stage, emil, fay)), ...(await lookAround(town, stage, fay, emil)));
        await pause(50);
      }
      await back;
      expect(all.filter((sight) => sight.shows)).toEqual([]);
      const refusals = new Set(all.map(({ code }) => code));
      expect(refusals).toContain("Unavailable");
      expect(refusals.difference(new Set(["OK", "NotFound", "Unavailable", "DeadlineExceeded"]))).toEqual(new Set());
      await expect.poll(() => look(emil, stage.hostRoot), { timeout: 10_000 }).toBe("OK");
      await apart(stage, emil, fay);
    },
  );

  test("a block needs no NATS: while it is away nothing is shown either, and nothing is lost when it is back", async () => {
    const stage = await together("third", people.cleo, people.dan);
    const [cleo, dan] = stage.players;
    await nats.kill();
    await part(stage, cleo, dan);
    await nats.start();
    await apart(stage, cleo, dan);
  });
});
