import { setTimeout as sleep } from "node:timers/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Caller } from "./load/caller.ts";
import { homeRead, planned } from "./load/calls.ts";
import type { Person } from "./load/job.ts";

/** The longer it takes, the less often is looked: looking must not become the load that it waits for. */
const LOOK_AGAIN = 0.25;
const PATIENCE_MS = 10_000;
const PAGE = 50;
const TEXT = "something new to be seen";

/** What became of one post: how long the author waited, and the followers after that. */
export interface Seen {
  readonly tookMs: number;
  /** From the acknowledgement to the answer that shows it, for each follower. */
  readonly lagsMs: readonly number[];
  /** Followers who did not see it in ten seconds, or at all if it was not acknowledged. */
  readonly missed: number;
}

/** Lets somebody post, and followers read their homes again and again, so many milliseconds apart, until it is there. */
export async function postAndLook(
  caller: Caller,
  author: Person,
  followers: readonly Person[],
  everyMs: number,
): Promise<Seen> {
  const began = performance.now();
  const { createPost } = PostService.method;
  const { ok, body } = await caller.call(planned("post", createPost, { post: { text: TEXT } }, author), true);
  const acknowledged = performance.now();
  const id = ok && body ? (fromBinary(createPost.output, body).post?.card?.id ?? "") : "";
  if (id === "") return { tookMs: acknowledged - began, lagsMs: [], missed: followers.length };
  const lags = await Promise.all(followers.map((follower) => lookUntil(caller, follower, id, acknowledged, everyMs)));
  const lagsMs = lags.filter((lag) => lag !== undefined);
  return { tookMs: acknowledged - began, lagsMs, missed: lags.length - lagsMs.length };
}

async function lookUntil(
  caller: Caller,
  who: Person,
  postId: string,
  since: number,
  everyMs: number,
): Promise<number | undefined> {
  const read = homeRead(who, { pageSize: PAGE, mode: TimelineMode.CHRONOLOGICAL });
  while (performance.now() - since < PATIENCE_MS) {
    const { ok, body } = await caller.call(read, true);
    if (ok && body?.includes(postId)) return performance.now() - since; // ids are text in the answer
    await sleep(Math.max(everyMs, (performance.now() - since) * LOOK_AGAIN));
  }
  return undefined;
}
