import type { PollCard } from "#gen/skein/content/v1/post_pb.ts";
import { failure } from "../failures.ts";

/** The options of a vote in the order of the card, if the poll takes them. */
export function ballotOf(
  { options, multiple }: Pick<PollCard, "options" | "multiple">,
  chosen: readonly number[],
): number[] {
  const ballot = [...new Set(chosen)].sort((a, b) => a - b);
  const unknown = ballot.find((option) => option >= options.length);
  if (unknown !== undefined) throw failure("OPTION_UNKNOWN", { facts: { option: String(unknown) } });
  if (!multiple && ballot.length > 1) throw failure("ONE_OPTION_ONLY");
  return ballot;
}

/** Whether two votes are the same one. */
export const sameBallot = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((option) => other.includes(option));

/** The answers to a poll with one more vote in them. */
export const withBallot = <P extends { readonly votes: readonly bigint[]; readonly voters: bigint }>(
  poll: P,
  ballot: readonly number[],
): P & { chosen: readonly number[] } => ({
  ...poll,
  votes: poll.votes.map((votes, option) => (ballot.includes(option) ? votes + 1n : votes)),
  voters: poll.voters + 1n,
  chosen: ballot,
});
