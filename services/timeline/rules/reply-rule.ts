import { TimelineSettings_ReplySetting as ReplySetting } from "#gen/skein/timeline/v1/timeline_pb.ts";

/** A reply as somebody's home meets it. */
export interface ReplyFacts {
  /** The viewer follows whom it answers. Whoever answers oneself is followed, or would not be here. */
  readonly parentFollowed: boolean;
  /** It answers the viewer. */
  readonly toViewer: boolean;
}

/** Whether a reply of a followed account belongs into a home with this setting; one that was never chosen is FOLLOWED. */
export function replyPasses(setting: ReplySetting, { parentFollowed, toViewer }: ReplyFacts): boolean {
  if (setting === ReplySetting.ALL) return true;
  if (setting === ReplySetting.NONE) return false;
  return toViewer || parentFollowed;
}
