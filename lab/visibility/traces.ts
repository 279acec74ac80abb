import type { MessageInitShape } from "@bufbuild/protobuf";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import type { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { KINDS, type Kind, kindNames } from "./kinds.ts";
import type { Person, Thing } from "./things.ts";
import { mark, type Town, written } from "./town.ts";

/** A word that is in every post of the town, and a hashtag that is under it. */
export const WORD = "quicksilver";
export const TAG = "visibilitymatrix";

const POLL = { options: ["this", "that"], openFor: { seconds: 86_400n } };

/** The first posts of the two whom everybody has to do with; the viewer is quoted with consent alone. */
export async function bothWrite(town: Town): Promise<void> {
  const { viewer, neutral } = town.cast;
  await write(town, neutral, "root", { poll: POLL });
  await write(town, viewer, "root", { poll: POLL, policy: { quoteNeedsApproval: true } });
  await befriend(town, viewer, neutral);
}

/** Everything that one author does and has done to them while everybody is everybody's friend. */
export async function leaveTraces(town: Town, author: Person): Promise<void> {
  const { viewer, neutral } = town.cast;
  for (const other of [viewer, neutral]) await befriend(town, author, other);
  await town.client(GraphService).followAccount({ accountId: town.cast.passerBy.id }, as(author.id));
  await town.client(ListService).addListMember({ listId: town.listId, accountId: author.id }, as(viewer.id));
  for (const kind of kindNames) await writeKind(town, author, kind);
  await dressUp(town, author);
  for (const other of [viewer, neutral]) {
    await engage(town, author, written(town, other, "root"));
    await engage(town, other, written(town, author, "main"));
    await write(town, other, `reply to ${author.name}`, { replyToId: written(town, author, "main").id });
    await write(town, other, `quote of ${author.name}`, { quoteId: written(town, author, "main").id });
  }
  for (const kind of ["followers", "followers_mentioning", "to_viewer"] as const)
    await engage(town, viewer, written(town, author, kind));
  await write(town, neutral, `word below ${author.name}`, { replyToId: written(town, author, "answer").id });
}

async function befriend({ client }: Town, one: Person, other: Person): Promise<void> {
  await client(GraphService).followAccount({ accountId: other.id }, as(one.id));
  await client(GraphService).followAccount({ accountId: one.id }, as(other.id));
}

async function writeKind(town: Town, author: Person, name: keyof typeof KINDS): Promise<void> {
  const { audience, mentions, answers, quotes, gone }: Kind = KINDS[name];
  const named = mentions && town.cast[mentions];
  const first = (whose: "viewer" | "neutral" | undefined) => (whose ? written(town, town.cast[whose], "root").id : "");
  const post = { audience, replyToId: first(answers), quoteId: first(quotes) };
  const poll = name === "main" ? { poll: POLL } : {};
  const { id } = await write(town, author, name, { ...post, ...poll }, named, gone);
  if (gone) await town.client(PostService).deletePost({ postId: id }, as(author.id));
}

/** The author's first post is pinned, and was edited; its hashtag is nobody else's. */
async function dressUp({ client, marks, things }: Town, author: Person): Promise<void> {
  const main = things.get(`${author.name}'s main`) as Thing;
  await client(CollectionService).pinPost({ postId: main.id }, as(author.id));
  const text = `${WORD} mark_${author.name}_main #${TAG} #only_${author.name} anew`;
  await client(PostService).editPost({ postId: main.id, change: { text } }, as(author.id));
  marks.set(`only_${author.name}`, main);
}

async function engage({ client }: Town, who: Person, { id: postId, post }: Thing): Promise<void> {
  const engagement = client(EngagementService);
  await engagement.likePost({ postId }, as(who.id));
  await client(CollectionService).bookmarkPost({ postId }, as(who.id));
  if (post?.audience !== Audience.PUBLIC) return;
  await engagement.sharePost({ postId }, as(who.id));
  await client(PollService).votePoll({ postId, options: [0] }, as(who.id));
}

async function write(
  town: Town,
  author: Person,
  kind: string,
  post: MessageInitShape<typeof NewPostSchema>,
  mentioned?: Person,
  gone = false,
): Promise<Thing> {
  const word = `mark_${author.name}_${kind.replaceAll(" ", "_")}`;
  const text = `${WORD} ${word} #${TAG}${mentioned ? ` @${mentioned.handle}` : ""}`;
  const answer = await town.client(PostService).createPost({ post: { ...post, text } }, as(author.id));
  const facts = { audience: post.audience ?? Audience.PUBLIC, mentions: mentioned ? [mentioned] : [], gone };
  const thing = { name: `${author.name}'s ${kind}`, id: answer.post?.card?.id ?? "", of: author, post: facts };
  return mark(town, thing, word);
}
