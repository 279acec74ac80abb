import { AbsenceRule as Rule } from "#gen/skein/timeline/v1/timeline_pb.ts";

/** What makes an explanation concrete. */
export interface Concrete {
  readonly phrase?: string | undefined;
  readonly listTitle?: string | undefined;
}

const words: Readonly<Record<Rule, string>> = {
  [Rule.UNSPECIFIED]: "",
  [Rule.PRESENT]: "It is in your home timeline, perhaps further down.",
  [Rule.NOT_FOUND]: "There is no such post, or it is not for you.",
  [Rule.DELETED]: "It was deleted.",
  [Rule.NOT_FOLLOWED]: "You follow neither its author, nor anybody who shared it, nor one of its tags.",
  [Rule.BLOCKED]: "You have blocked its author, or who shared it.",
  [Rule.MUTED]: "You have muted its author, or who shared it.",
  [Rule.HIDDEN_FROM_HOME]: "You follow the account, but want none of its posts in your home timeline.",
  [Rule.EXCLUSIVE_LIST]: "The account is on a list of yours that keeps its members out of your home timeline.",
  [Rule.REPOSTS_HIDDEN]: "It was only shared by accounts you follow, and you do not want to see those shares.",
  [Rule.REPLY_SETTING]: "It is a reply, and your settings leave such replies out.",
  [Rule.LANGUAGE]: "It is written in a language that your settings leave out.",
  [Rule.FILTERED]: "One of your content filters hides it.",
  [Rule.FEEDBACK]: "You said that you do not want to see this post again.",
  [Rule.MODERATION]: "It was taken down by moderation.",
  [Rule.OUTSIDE_WINDOW]: "It is older than what your home timeline goes back to.",
  [Rule.ACCOUNT_GONE]: "The account is suspended or has gone.",
};

/** A rule in words, for people. */
export function absenceWords(rule: Rule, { phrase, listTitle }: Concrete = {}): string {
  if (rule === Rule.FILTERED && phrase) return `One of your content filters hides it: “${phrase}”.`;
  if (rule === Rule.EXCLUSIVE_LIST && listTitle)
    return `The account is on your list “${listTitle}”, which keeps its members out of your home timeline.`;
  return words[rule] ?? "";
}
