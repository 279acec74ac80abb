import type { Deps } from "../deps.ts";
import { betweenOf, Flag } from "../rules/between-flags.ts";
import { ID_BYTES, idAt } from "../rules/entry-ids.ts";
import type { Acts, Author, Between } from "../view/shapes.ts";
import { betweenStatement, HIDDEN, MOST_OWN } from "./between-statement.ts";
import type { OwnActs, Trust } from "./trust.ts";

export { followeesOf } from "./followers.ts";

/** Everything between a viewer and the accounts and posts of a page. */
export interface Relations {
  /** Every account that was asked about, also those that nobody has heard of. */
  readonly between: Map<string, Between>;
  /** Only posts with which the viewer did something. */
  readonly acts: Map<string, Acts>;
  /** Only accounts that we have heard of. */
  readonly authors: Map<string, Author>;
  /** Those that a list of the viewer's keeps out of home. */
  readonly exclusive: Set<string>;
}

/** Whom and what to read about; doubles do not matter. */
export interface About {
  readonly accounts: Iterable<string>;
  readonly posts: Iterable<string>;
}

interface Row {
  accounts: Buffer | null;
  profiles: Buffer | null;
  edges: Buffer | null;
  acts: Buffer | null;
  /** When the first of the mutes among the edges ends. */
  until: string | null;
  own: Buffer | null;
  ties: Buffer | null;
}

type Needed = Pick<Deps, "db" | "clock" | "authors" | "accounts">;

/**
 * From memory what that may be believed about, all else with one statement and one row of bytes: what is said of the place
 * that an id has in what was asked, as in rules/between-flags.ts. A profile comes along only if this process has another
 * version of it.
 */
export async function readBetween(
  deps: Needed,
  viewerId: string | undefined,
  about: About,
  trust?: Trust,
): Promise<Relations> {
  const [ids, postIds] = [[...new Set(about.accounts)], [...new Set(about.posts)]];
  const relations: Relations = { between: new Map(), acts: new Map(), authors: new Map(), exclusive: new Set() };
  const say = (id: string, flags: number, author: Author | undefined): void => {
    relations.between.set(id, betweenOf((flags & ~Flag.EXCLUSIVE) | (id === viewerId ? Flag.SELF : 0)));
    if (flags & Flag.EXCLUSIVE) relations.exclusive.add(id);
    if (author) relations.authors.set(id, author);
  };
  const unknown: string[] = [];
  for (const id of ids) {
    const flags = trust?.between.get(id) ?? (trust?.whole ? 0 : undefined);
    const facts = flags === undefined ? undefined : deps.accounts.get(id);
    if (flags === undefined || !facts) unknown.push(id);
    else say(id, flags | facts.flags, facts.author);
  }
  const older: string[] = [];
  for (const id of postIds) {
    if (!trust?.acts || id < trust.acts.floor) older.push(id);
    else {
      const acts = trust.acts.of.get(id);
      if (acts) relations.acts.set(id, acts);
    }
  }
  if (unknown.length > 0 || older.length > 0 || (trust && !trust.acts))
    await askAbout(deps, { viewerId, ids: unknown, postIds: older, trust, say, acts: relations.acts });
  return relations;
}

interface Asking {
  readonly viewerId: string | undefined;
  readonly ids: readonly string[];
  readonly postIds: readonly string[];
  readonly trust: Trust | undefined;
  readonly say: (id: string, flags: number, author: Author | undefined) => void;
  readonly acts: Map<string, Acts>;
}

async function askAbout({ db, clock, authors, accounts }: Needed, asking: Asking): Promise<void> {
  const { viewerId, ids, postIds, trust, say, acts } = asking;
  const [moment, now] = [accounts.moment, clock.now()];
  const known = ids.map((id) => authors.find(id));
  const versions = arrayOf(known.map((one) => one?.version ?? UNKNOWN));
  const [row] = await db.query<Row>(
    betweenStatement({
      viewerId,
      ids: arrayOf(ids),
      versions,
      postIds: arrayOf(postIds),
      now,
      own: trust && !trust.acts,
    }),
  );
  const learnt = row?.profiles ? authors.learn(ids, row.profiles) : undefined;
  const own = flagsIn(row?.edges, new Uint16Array(ids.length));
  const common = flagsIn(row?.accounts, new Uint16Array(ids.length));
  ids.forEach((id, place) => {
    const said = own[place] ?? 0;
    const flags = (common[place] ?? 0) | (said & Flag.LOCKED);
    const author = flags & Flag.STANDING ? (learnt?.get(place) ?? known[place]?.author) : undefined;
    say(id, said | flags, author);
    if (trust && !trust.whole) trust.between.set(id, said & ~Flag.LOCKED);
    accounts.learn(id, { flags, author }, moment);
  });
  if (row?.acts) {
    const bits = flagsIn(row.acts, new Uint16Array(postIds.length));
    postIds.forEach((id, place) => {
      const said = bits[place];
      if (said) acts.set(id, actsOf(said));
    });
  }
  if (!trust) return;
  if (row?.until) trust.until = Math.min(trust.until, new Date(row.until).getTime());
  if (trust.acts) return;
  trust.acts = ownActsIn(row?.own);
  if (!row?.ties) return;
  trust.between.clear();
  eachRecord(row.ties, (id, flags) => trust.between.set(id, (trust.between.get(id) ?? 0) | flags));
  trust.whole = true;
}

/** The version of no profile. */
const UNKNOWN = "-1";

/** PostgreSQL's own way to write an array: cheaper than to let the driver quote every id. */
const arrayOf = (items: readonly string[]): string => `{${items.join(",")}}`;

/** Records of two bytes of place and two of flags, laid upon what is there already. */
function flagsIn(records: Buffer | null | undefined, flags: Uint16Array): Uint16Array {
  if (records)
    for (let at = 0; at < records.length; at += 4) {
      const place = records.readUInt16BE(at);
      flags[place] = (flags[place] ?? 0) | records.readUInt16BE(at + 2);
    }
  return flags;
}

/** Ids, each with two bytes of bits. */
function eachRecord(records: Buffer | null | undefined, tell: (id: string, bits: number) => void): void {
  const length = ID_BYTES + 2;
  for (let at = 0; records && at < records.length; at += length)
    tell(idAt(records.subarray(at), 0), records.readUInt16BE(at + ID_BYTES));
}

/** Posts, each with bits of what was done with it; of each kind of deed no more than the newest. */
function ownActsIn(records: Buffer | null | undefined): OwnActs {
  const bits = new Map<string, number>();
  const counted = [0, 0];
  let floor = "";
  eachRecord(records, (id, bit) => {
    bits.set(id, (bits.get(id) ?? 0) | bit);
    const kind = bit === HIDDEN ? 1 : 0;
    counted[kind] = (counted[kind] ?? 0) + 1;
    if (counted[kind] === MOST_OWN && id > floor) floor = id;
  });
  return { floor, of: new Map([...bits].map(([id, said]) => [id, actsOf(said)])) };
}

const actsOf = (bits: number): Acts => ({
  liked: (bits & 1) !== 0,
  shared: (bits & 2) !== 0,
  bookmarked: (bits & 4) !== 0,
  hidden: (bits & 8) !== 0,
});
