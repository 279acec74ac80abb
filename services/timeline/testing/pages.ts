import type { TimelineItem, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { type ListHomeTimelineResponse, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { as } from "#mesh/testing.ts";
import type { TimelineMesh } from "./start.ts";

/** How a test reads a home. */
export interface Leafing {
  readonly mode: TimelineMode;
  readonly pageSize: number;
  /** What happens between two pages. */
  readonly between?: (page: number) => Promise<void>;
}

/** One page of a home. */
export const home = (
  mesh: TimelineMesh,
  accountId: string,
  asked: { mode?: TimelineMode; pageSize?: number; pageToken?: string; newestKnownItemId?: string } = {},
): Promise<ListHomeTimelineResponse> => mesh.client(TimelineService).listHomeTimeline(asked, as(accountId));

/** A home from its first page to its last. */
export async function leafThrough(
  mesh: TimelineMesh,
  accountId: string,
  { mode, pageSize, between }: Leafing,
): Promise<TimelineItem[]> {
  const items: TimelineItem[] = [];
  for (let [pageToken, page] = ["", 1]; ; page++) {
    const answer = await home(mesh, accountId, { mode, pageSize, pageToken });
    if (answer.reset) throw new Error(`page ${page} began anew`);
    items.push(...answer.items);
    pageToken = answer.nextPageToken;
    if (pageToken === "") return items;
    await between?.(page);
  }
}

export const postsOf = (items: readonly TimelineItem[]): (string | undefined)[] =>
  items.map(({ post }) => post?.card?.id);

export const textsOf = (items: readonly TimelineItem[]): (string | undefined)[] =>
  items.map(({ post }) => post?.card?.text);
