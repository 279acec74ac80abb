import { setTimeout as pause } from "node:timers/promises";
import type { DescMethodUnary, JsonValue } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ReadInfo_Source } from "#gen/skein/common/v1/consistency_pb.ts";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { codeOf, reasonOf } from "./outcome.ts";
import { arrive, type Person } from "./people.ts";
import { settled } from "./settled.ts";
import { bearer, shapes, startTown, type Town } from "./shapes.ts";
import { connectWeb, fetched, grpcJs, grpcWeb } from "./wires.ts";

const wires = {
  "Connect JSON by fetch": fetched,
  "Connect for browsers": connectWeb,
  "grpc-js": grpcJs,
  "gRPC-Web": grpcWeb,
};

describe.each(shapes)("%s", (shape) => {
  let town: Town;
  let people: Record<"ann" | "bob" | "cleo", Person>;
  beforeAll(async () => {
    town = await startTown(shape);
    people = await arrive(town, "ann", "bob", "cleo");
    await settled(town);
  });
  afterAll(() => town[Symbol.asyncDispose]());

  const graph = () => town.client(GraphService);
  const withToken = ({ as }: Person, token: string) => ({ headers: { ...as.headers, "skein-token": token } });
  const followers = async (whom: Person, options = {}) => {
    const answer = await graph().listFollowers({ accountId: whom.id }, options);
    return { handles: answer.followers.map(({ profile }) => profile?.handle), readInfo: answer.readInfo };
  };
  const tokenOf = async (act: (options: { onHeader(headers: Headers): void }) => Promise<unknown>) => {
    let token = "";
    await act({
      onHeader(headers) {
        token = headers.get("skein-token") ?? "";
      },
    });
    return token;
  };
  const follow = (who: Person, whom: Person) =>
    tokenOf((options) => graph().followAccount({ accountId: whom.id }, { ...who.as, ...options }));

  /** Holds back the projection of who is followed: nothing of it is applied before this is let go. */
  async function holdBack() {
    const database = await town.look("social-graph");
    await database.query("begin");
    await database.query("select from consumer_position where consumer = 'mirror-follow' for update");
    return database; // its end is the end of the transaction
  }

  test.each(Object.entries(wires))(
    "%s: every mutation hands out a token, and a read with the last one has seen them all",
    async (name, wire) => {
      const { ann, bob } = people;
      const handle = `n${name.replaceAll(/\W/g, "").slice(0, 20)}`.toLowerCase();
      const account = { handle, email: `${handle}@example.com`, password: "correct horse battery" };
      const born = await wire(town.url, IdentityService.method.registerAccount, account);
      const { account: made, tokens } = born.answer as unknown as Born;
      const me = { id: made.profile.accountId, handle, as: bearer(tokens) };
      let token = born.headers.get("skein-token") ?? "";
      expect(token).not.toBe("");
      const act = async (method: DescMethodUnary, request: JsonValue): Promise<Answer> => {
        const { answer, headers } = await wire(town.url, method, request, { ...me.as.headers, "skein-token": token });
        const next = headers.get("skein-token");
        expect(next, method.name).toMatch(/^[\w-]{20,}$/);
        expect(next, method.name).not.toBe(token);
        token = next ?? "";
        return answer as unknown as Answer;
      };
      await act(IdentityService.method.updateProfile, { change: { bio: name } });
      await act(GraphService.method.muteAccount, { accountId: bob.id });
      await act(GraphService.method.blockAccount, { accountId: bob.id });
      await act(GraphService.method.unblockAccount, { accountId: bob.id });
      const { post } = await act(PostService.method.createPost, { post: { text: "mine" } });
      await act(PostService.method.editPost, { postId: post.card.id, change: { text: "still mine" } });
      await act(EngagementService.method.likePost, { postId: post.card.id });
      await act(EngagementService.method.unlikePost, { postId: post.card.id });
      await act(PostService.method.deletePost, { postId: post.card.id });
      await act(GraphService.method.followAccount, { accountId: ann.id });
      const read = await wire(
        town.url,
        GraphService.method.listFollowers,
        { accountId: ann.id },
        { "skein-token": token },
      );
      const { followers: list, readInfo } = read.answer as unknown as Answer;
      expect(list.map(({ profile }) => profile.handle)).toContain(handle);
      expect(readInfo).toMatchObject({ satisfied: true, source: "SOURCE_PROJECTION" });
      const plain = await wire(town.url, GraphService.method.getCounts, { accountId: ann.id });
      expect(plain.headers.get("skein-token")).toBe(null); // who brings none and writes nothing gets none
    },
  );

  test("a read with the token waits for the read model, one without takes it as it is", async () => {
    const { bob, cleo } = people;
    let token: string;
    let waiting: ReturnType<typeof followers>;
    {
      await using _held = await holdBack();
      token = await follow(cleo, bob);
      expect((await followers(bob)).handles).toEqual([]);
      waiting = followers(bob, withToken(cleo, token));
      await pause(200);
      expect(await Promise.race([waiting, "waits"])).toBe("waits");
    }
    expect(await waiting).toMatchObject({
      handles: ["cleo"],
      readInfo: { satisfied: true, source: ReadInfo_Source.PROJECTION },
    });

    await using _held = await holdBack();
    const late = await follow(people.ann, bob);
    const behind = await followers(bob, withToken(people.ann, late)); // no longer than the bound, and it says so
    expect(behind).toMatchObject({ handles: ["cleo"], readInfo: { satisfied: false } });
    expect((await graph().getCounts({ accountId: bob.id }, withToken(people.ann, late))).counts?.followers).toBe(2n); // the owner knows
  });

  test("a token that was not given out here is refused, whatever is changed in it", async () => {
    const { ann, bob } = people;
    const token = await follow(bob, ann);
    const bytes = Buffer.from(token, "base64url");
    const changed = [0, 5, bytes.length - 1].map((at) =>
      Buffer.from(bytes.map((byte, place) => (place === at ? byte ^ 1 : byte))).toString("base64url"),
    );
    const unsealed = bytes.subarray(0, -16).toString("base64url");
    const forged = [...changed, unsealed, `${unsealed}${"A".repeat(22)}`, `${token}A`, token.slice(1), "x", "%"];
    for (const one of [...forged, "A".repeat(5_000)]) {
      expect(await reasonOf(followers(ann, withToken(bob, one)))).toBe("CONSISTENCY_TOKEN_INVALID");
      const write = graph().followAccount({ accountId: ann.id }, withToken(bob, one));
      expect(await reasonOf(write)).toBe("CONSISTENCY_TOKEN_INVALID");
    }
    expect(await codeOf(followers(ann, withToken(bob, token)))).toBe("OK");
  });

  test("somebody else's token shows nothing that its holder may not see, and lets nobody in", async () => {
    const { ann, bob } = people;
    const posts = town.client(PostService);
    let postId = "";
    const token = await tokenOf(async (options) => {
      const post = { text: "for me", audience: Audience.PRIVATE };
      postId = (await posts.createPost({ post }, { ...ann.as, ...options })).post?.card?.id ?? "";
    });
    const borrowed = withToken(bob, token);
    expect(await reasonOf(posts.getPost({ postId }, borrowed))).toBe("POST_NOT_FOUND");
    expect((await posts.listPostsByAuthor({ accountId: ann.id }, borrowed)).posts).toEqual([]);
    expect(await reasonOf(posts.deletePost({ postId }, borrowed))).toBe("POST_NOT_FOUND");
    const alone = { headers: { "skein-token": token } };
    expect(await reasonOf(posts.getPost({ postId }, alone))).toBe("POST_NOT_FOUND");
    expect(await codeOf(town.client(IdentityService).getMe({}, alone))).toBe("Unauthenticated");
    expect(await codeOf(posts.getPost({ postId }, withToken(ann, token)))).toBe("OK");
    await graph().blockAccount({ accountId: bob.id }, ann.as);
    expect(await reasonOf(followers(ann, borrowed))).toBe("ACCOUNT_NOT_FOUND");
  });
});

interface Born {
  readonly account: { readonly profile: { readonly accountId: string } };
  readonly tokens: { readonly accessToken: string };
}

interface Answer {
  readonly post: { readonly card: { readonly id: string } };
  readonly followers: readonly { readonly profile: { readonly handle: string } }[];
  readonly readInfo: object;
}
