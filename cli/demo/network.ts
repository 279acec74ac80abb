import { sql } from "#mesh/store/sql.ts";
import { demosIn, handlesOf, takenBesides } from "../../services/identity/seeding/demos.ts";
import { exits, Refusal } from "../command.ts";
import { castOf } from "./cast.ts";
import { apart } from "./names.ts";
import { type Person, personAt } from "./person.ts";
import { type Plan, planOf, type Size } from "./plan.ts";
import { type Stores, storeOf } from "./stores.ts";
import { type Made, type Writing, writeNetwork } from "./write.ts";

/** What the network is made with. */
export interface Making extends Pick<Writing, "stores" | "cast" | "limits" | "signal" | "step" | "batch"> {
  readonly size: Size;
  readonly now: Date;
}

const nothing: Made = { accounts: 0, follows: 0, posts: 0, replies: 0, likes: 0, shares: 0 };

/** The name of a network, which its accounts carry: by it, it is found again. */
const labelOf = ({ seed, accounts, posts }: Size): string => `s${seed}-a${accounts}-p${posts}`;

/**
 * Makes a network of people who know each other, with what they wrote and did in the last days. Everything in it follows
 * from its size, its seed and the moment at which it was begun, and that is kept with its accounts: a run that was
 * interrupted is finished by the next, and one that was not changes nothing.
 */
export async function makeNetwork(making: Making): Promise<Made> {
  const { stores, size } = making;
  const identity = storeOf(stores, "identity");
  const label = labelOf(size);
  const demos = await demosIn(identity.query);
  const begun = demos.find((demo) => demo.label === label);
  const other = demos.find((demo) => demo.label.startsWith(`s${size.seed}-`));
  if (other && !begun) refuseOther(other.label, size);
  const since = begun?.since ?? making.now;
  const people = await peopleOf(making);
  const names = making.cast.map(({ name }) => name);
  const plan = planOf(size, people, names, since);
  if (begun && (await isWhole(stores, plan))) return nothing;
  return writeNetwork({ ...making, plan, accounts: people.filter(({ made }) => made), label, since });
}

function refuseOther(label: string, { seed }: Size): never {
  const [, accounts, posts] = label.match(/-a(\d+)-p(\d+)$/) ?? [];
  throw new Refusal(
    exits.failed,
    `seed ${seed} has made a network of another size here: ${accounts} accounts, ${posts} posts`,
    `--seed ${seed + 1} makes another one beside it, ./skein up --fresh starts over`,
  );
}

/** The cast and everybody who is made, under handles that nobody else has. */
async function peopleOf({ stores, size, cast }: Making): Promise<Person[]> {
  const { query } = storeOf(stores, "identity");
  const made = Array.from({ length: size.accounts }, (_, place) => personAt(size.seed, place));
  const ids = made.map(({ id }) => id);
  const [known, taken] = await Promise.all([handlesOf(query, ids), takenBesides(query, ids)]);
  const handles = apart(
    made.map(({ handle }) => handle),
    taken,
  );
  const named = made.map((person, place) => ({
    ...person,
    handle: known.get(person.id) ?? handles[place] ?? person.handle,
  }));
  return [...castOf(size.seed, cast), ...named];
}

/** Likes are written last, and by people whom nobody can sign in as. */
async function isWhole(stores: Stores, { likes }: Plan): Promise<boolean> {
  const last = likes.at(-1);
  if (!last) return false;
  const rows = await storeOf(stores, "content").query(
    sql`select 1 from post_like where liker_id = ${last.actorId} and post_id = ${last.postId}`,
  );
  return rows.length > 0;
}
