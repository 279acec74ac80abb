import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Page } from "../hot/look-up.ts";
import type { KnownAccounts } from "../store/known-accounts.ts";
import type { Hydrated, Showing } from "./hydrate.ts";
import type { TimelinePage } from "./page.ts";
import type { Candidate } from "./shapes.ts";

/** The page that a reader saw last: as long as nothing in it has changed, it need not be made anew. */
export interface Ready {
  readonly page: Page;
  readonly candidates: readonly Candidate[];
  readonly viewer: Showing["viewer"];
  readonly limit: Showing["limit"];
  /** Of what is known of accounts. */
  moment: number;
  /** A filter ends then. */
  readonly until: number;
  readonly hydrated: Hydrated;
  /** What became of it, if that was all of its page; its place says where the reading goes on. */
  whole?: { readonly place: string; readonly shown: TimelinePage };
}

/** Where one is kept. */
export interface Slot {
  ready?: Ready;
}

type Asked = Pick<Showing, "viewer" | "limit" | "now" | "seen">;

/** Keeps what was hydrated for the next time, if it can be told then whether it still holds. */
export function keepReady(
  { slot, doubted, ...asked }: Showing,
  made: Pick<Ready, "page" | "candidates" | "moment" | "hydrated">,
): void {
  const whole = made.page.proof && !doubted && made.hydrated.missing.length === 0 && beginning(asked);
  if (!slot || !whole) return;
  slot.ready = { ...made, viewer: asked.viewer, limit: asked.limit, until: firstEnd(asked) };
}

/** Whether what was hydrated then is what would be hydrated now; that its page is the same is known already. */
export function isReady(
  ready: Ready,
  candidates: readonly Candidate[],
  asked: Asked,
  accounts: Pick<KnownAccounts, "unchanged" | "moment">,
): boolean {
  const same =
    beginning(asked) &&
    asked.limit === ready.limit &&
    asked.viewer === ready.viewer &&
    asked.now.getTime() < ready.until;
  if (!same || !sameCandidates(candidates, ready.candidates)) return false;
  const { moment } = accounts;
  if (!accounts.unchanged(ready.hydrated.gate.between.keys(), ready.moment)) return false;
  ready.moment = moment;
  return true;
}

/** Where something was shown already, what comes depends on it. */
const beginning = ({ seen }: Pick<Asked, "seen">): boolean => !seen || seen.bytes().length === 0;

const sameCandidates = (some: readonly Candidate[], others: readonly Candidate[]): boolean =>
  some === others ||
  (some.length === others.length &&
    some.every(({ id, source, hashtag }, at) => {
      const other = others[at];
      return id === other?.id && source === other.source && hashtag === other.hashtag;
    }));

function firstEnd({ viewer, now }: Asked): number {
  const ends = viewer?.filters?.filters.map(({ rule }) => rule.expiresAt && timestampDate(rule.expiresAt).getTime());
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...(ends ?? []).filter((end) => end !== undefined && end > now.getTime()).map(Number),
  );
}
