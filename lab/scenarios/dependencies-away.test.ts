import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { startServers } from "../../cli/servers/index.ts";
import { arrive } from "./people.ts";
import { bearer, shapes, startTown } from "./shapes.ts";

const password = "correct horse battery";

describe.each(shapes)("%s", (shape) => {
  test("signing in, reading, posting and following go on without Redis' memory, without Redis and without NATS", async () => {
    await using home = await mkdtempDisposable(join(tmpdir(), "skein-away-"));
    await using servers = await startServers({ home: home.path, durable: false });
    await using town = await startTown(shape, { REDIS_URL: servers.redis, NATS_URL: servers.nats });
    const accounts = town.client(IdentityService);
    const sessions = town.client(SessionService);
    const { account } = await accounts.registerAccount({ handle: "erin", email: "erin@example.com", password });
    const accountId = account?.profile?.accountId ?? "";
    const posts = town.client(PostService);
    const graph = town.client(GraphService);
    const { otto } = await arrive(town, "otto");
    const between = async () => {
      const followed = { accountId };
      const post = { text: "as if nothing were" };
      await graph.followAccount(followed, otto.as);
      expect((await graph.getCounts(followed)).counts?.followers).toBe(1n);
      const { post: made } = await posts.createPost({ post }, otto.as);
      const postId = made?.card?.id ?? "";
      expect((await posts.getPost({ postId })).post?.card?.text).toBe(post.text);
      expect((await town.client(EngagementService).likePost({ postId }, otto.as)).counts?.likes).toBe(1n);
      await graph.unfollowAccount(followed, otto.as);
      const mine = await posts.listPostsByAuthor({ accountId: otto.id });
      expect(mine.posts[0]).toMatchObject({ card: { id: postId }, counts: { likes: 1n } });
    };
    const works = async () => {
      const { tokens } = await sessions.createSession({ login: "erin", password });
      expect((await accounts.getMe({}, bearer(tokens))).account?.email).toBe("erin@example.com");
      expect((await accounts.getProfile({ accountId })).profile?.handle).toBe("erin");
      const refreshed = await sessions.refreshSession({ refreshToken: tokens?.refreshToken ?? "" });
      expect((await accounts.getMe({}, bearer(refreshed.tokens))).account?.email).toBe("erin@example.com");
      const { profiles } = await accounts.batchGetProfiles({ accountIds: [accountId, accountId] });
      expect(profiles).toHaveLength(2);
      await between();
    };
    const kill = (name: string) => {
      const pid = servers.about.find((one) => one.name === name)?.pid;
      if (!pid) throw new Error(`${name} has no process of ours`);
      process.kill(pid, "SIGKILL");
    };

    await works();
    const redis = new Redis(servers.redis);
    await redis.flushall();
    redis.disconnect();
    await works();
    kill("nats");
    await works();
    kill("redis");
    await works();
    await works();
  });
});
