import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CounterDriftSchema, CounterTallySchema } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { Kind } from "../store/count-delta.ts";

/** One count of a post as its counter has it and as its rows say; bigints are text. */
export interface CountRow {
  readonly post_id: string;
  /** As count_delta numbers it. */
  readonly kind: number;
  /** Of a poll; null for what is counted once for the post. */
  readonly option: number | null;
  readonly kept: string;
  readonly counted: string;
}

type Drift = MessageInitShape<typeof CounterDriftSchema>;
type Side = "kept" | "counted";

/** Rows of posts whose counts are wrong, as one report for each post, in the order of the rows. */
export function driftsOf(rows: readonly CountRow[]): Drift[] {
  const byPost = Map.groupBy(rows, ({ post_id }) => post_id);
  return [...byPost].map(([postId, counts]) => ({
    postId,
    kept: tallyOf("kept", counts),
    counted: tallyOf("counted", counts),
  }));
}

function tallyOf(side: Side, counts: readonly CountRow[]): MessageInitShape<typeof CounterTallySchema> {
  const count = (kind: number, option: number | null = null) =>
    BigInt(counts.find((one) => one.kind === kind && one.option === option)?.[side] ?? 0);
  const options = 1 + Math.max(-1, ...counts.map(({ option }) => option ?? -1));
  return {
    likes: count(Kind.LIKES),
    shares: count(Kind.SHARES),
    replies: count(Kind.REPLIES),
    quotes: count(Kind.QUOTES),
    voters: count(Kind.VOTERS),
    votes: Array.from({ length: options }, (_, option) => count(Kind.VOTES, option)),
  };
}
