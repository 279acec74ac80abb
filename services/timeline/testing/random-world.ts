import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { Audience, Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  FeedbackKind,
  TimelineSettings_ReplySetting as Replies,
  TimelineMode,
} from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { list, lock } from "./acts.ts";
import { block, changeFollow, filter, followTag, like, mute, type Of, remove, share, unfollow } from "./deeds.ts";
import { follow, people, post } from "./people.ts";
import type { TimelineMesh } from "./start.ts";

const KINDS = [
  ...["post", "post", "post", "reply", "reply", "quiet", "tagged", "foreign", "worded", "share", "share", "share"],
  ...["like", "like", "delete", "unfollow", "hide", "norepost", "mute", "muterepost", "block", "blocked", "lock"],
  ...["list", "filter", "tag", "settings", "feedback", "follow"],
] as const;

/** What a step does, who does it, and to which post. */
const step = fc.record({ kind: fc.constantFrom(...KINDS), by: fc.nat(4), which: fc.nat(30) });

/** A world that happens to one viewer and four others, of whom she follows three to begin with. */
export const worlds = fc.array(step, { minLength: 20, maxLength: 45 });

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Makes a world, and returns its viewer and every post that ever was in it. */
export async function make(mesh: TimelineMesh, steps: readonly Step[]): Promise<{ viewer: string; posts: Of[] }> {
  const { viewer, ...rest } = await people(mesh, "viewer", "bob", "cleo", "dan", "eve");
  const others = Object.values(rest);
  for (const other of others.slice(0, 3)) await follow(mesh, viewer, other);
  const posts: Of[] = [];
  const service = mesh.client(TimelineService);
  // Written at other times than published, so that ages differ.
  const written = async (authorId: string, text: string, more: Parameters<typeof post>[3] = {}) => {
    const createdAt = timestampFromMs(mesh.clock.now().getTime() - (posts.length % 4) * 3_000_000);
    posts.push({ authorId, postId: await post(mesh, authorId, text, { createdAt, ...more }) });
  };

  async function act({ kind, by, which }: Step): Promise<unknown> {
    const other = others[by % others.length] ?? "";
    const anybody = [viewer, ...others][by] ?? viewer;
    const of = posts[which % Math.max(1, posts.length)];
    switch (kind) {
      case "quiet":
        return written(other, "psst", { audience: which % 2 ? Audience.FOLLOWERS : Audience.PRIVATE });
      case "tagged":
        return written(other, "#loom", { hashtags: ["loom"] });
      case "foreign":
        return written(other, "bom dia", { language: "pt-BR" });
      case "worded":
        return written(other, "a spider");
      case "unfollow":
        return unfollow(mesh, viewer, other);
      case "follow":
        return follow(mesh, viewer, other);
      case "hide":
        return changeFollow(mesh, viewer, other, { hideFromHome: true });
      case "norepost":
        return changeFollow(mesh, viewer, other, { hideReposts: true });
      case "mute":
        return mute(mesh, viewer, other);
      case "muterepost":
        return mute(mesh, viewer, other, MuteScope.REPOSTS);
      case "block":
        return block(mesh, viewer, other);
      case "blocked":
        return block(mesh, other, viewer);
      case "lock":
        return lock(mesh, other);
      case "list":
        return list(mesh, viewer, [other], { exclusive: true });
      case "filter":
        return filter(mesh, viewer, "spider");
      case "tag":
        return followTag(mesh, viewer, "loom");
      case "settings": {
        const languages = which % 3 === 0 ? ["en"] : [];
        const replies = [Replies.ALL, Replies.NONE, Replies.FOLLOWED][which % 3] ?? Replies.ALL;
        const settings = { languages, replies, hideReposts: which % 5 === 0, mode: TimelineMode.RANKED };
        const updateMask = { paths: ["languages", "replies", "hide_reposts", "mode"] };
        return service.updateTimelineSettings({ settings, updateMask }, as(viewer));
      }
    }
    if (!of) return written(anybody, "first");
    if (kind === "share") return share(mesh, anybody, of);
    if (kind === "like") return like(mesh, anybody, of);
    if (kind === "delete") return remove(mesh, of);
    if (kind === "reply") {
      const { authorId: parentAuthorId, postId: parentId } = of;
      return written(anybody, "yes", { reply: { rootId: parentId, parentId, parentAuthorId } });
    }
    if (kind !== "feedback") return written(anybody, "hello", which % 2 ? { language: "en" } : {});
    await mesh.settle(); // feedback is about what one sees
    const said = { postId: of.postId, kind: [FeedbackKind.HIDE, FeedbackKind.MORE, FeedbackKind.LESS][by % 3] };
    return service.sendFeedback(said, as(viewer)).catch(() => undefined);
  }

  for (const one of steps) await act(one);
  await mesh.settle();
  return { viewer, posts };
}
