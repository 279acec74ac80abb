import { type CallOptions, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";

/** A persona that is signed in. */
export interface Present {
  readonly accountId: string;
  readonly token: string;
}

const follows: readonly (readonly [follower: string, followee: string])[] = [
  ["alice", "bob"],
  ["bob", "alice"],
  ["alice", "pria"],
  ["alice", "lola"],
  ["bob", "lola"],
  ["sam", "alice"],
  ...["alice", "bob", "mo", "admin", "blake", "sam", "lola", "pria"].map((name) => [name, "star"] as const),
];
/** Who has blocked whom. */
export const blocks: readonly (readonly [blocker: string, blocked: string])[] = [
  ["blake", "alice"],
  ["bob", "blake"],
];
const posts: readonly (readonly [author: string, audience: keyof typeof Audience, text: string])[] = [
  ["alice", "PUBLIC", "First ride with the new lights. The canal path is a different place at night. #BikeCommute"],
  ["bob", "PUBLIC", "Deleted 300 lines today and everything still works. #OpenSource"],
  ["blake", "PUBLIC", "Three points, no voice left. @alice cannot read this, and I cannot read her."],
  ["sam", "PUBLIC", "You see this only if my suspension was lifted."],
  ["lola", "PUBLIC", "The light on the harbour lasts four minutes. Only those whom I let in see this."],
  ["pria", "FOLLOWERS", "A line for those who follow me: page 203 changes everything."],
  ["pria", "PRIVATE", "A line for nobody but me."],
  ["star", "PUBLIC", "Clear sky tonight. Go out, look up, tell me what you saw. #NightSky"],
];

/**
 * Brings personas into the states that they are there to show, as they would do it themselves: through the front door.
 * lola is locked, has let alice in and not yet bob; blake has blocked alice and is blocked by bob; all follow star; pria
 * posts for followers and for herself. Repeating it changes nothing.
 */
export async function makeStates(transport: Transport, present: (name: string) => Promise<Present>): Promise<void> {
  const graph = createClient(GraphService, transport);
  const known = new Map<string, Promise<Present>>();
  const find = (name: string): Promise<Present> => {
    const found = known.get(name) ?? present(name);
    known.set(name, found);
    return found;
  };
  const as = async (name: string): Promise<CallOptions> => ({
    headers: { authorization: `Bearer ${(await find(name)).token}` },
  });
  const idOf = async (name: string) => (await find(name)).accountId;

  await graph.updatePrivacySettings({ locked: true }, await as("lola"));
  for (const [follower, followee] of follows)
    await graph.followAccount({ accountId: await idOf(followee) }, await as(follower)).catch(unlessShutOut);
  await graph.acceptFollowRequest({ accountId: await idOf("alice") }, await as("lola"));
  for (const [author, audience, text] of posts) {
    const key = `persona ${author} ${audience}`;
    const post = { text, audience: Audience[audience], language: "en" };
    await createClient(PostService, transport)
      .createPost({ post, idempotencyKey: key }, await as(author))
      .catch(unlessShutOut);
  }
  for (const [blocker, blocked] of blocks)
    await graph.blockAccount({ accountId: await idOf(blocked) }, await as(blocker));
}

/** Whoever is suspended has done it before, in a run that was interrupted. */
function unlessShutOut(error: unknown): undefined {
  if (ConnectError.from(error).code !== Code.PermissionDenied) throw error;
  return undefined;
}
