import { type Chance, chanceOf, drawer } from "./chance.ts";
import { idAt } from "./id-at.ts";
import type { Society } from "./society.ts";
import { DAY_MS, HOUR_MS, momentOf } from "./time.ts";
import { warnings } from "./topics/phrases.ts";
import { type Story, stories } from "./topics/stories.ts";
import { aboutQuoted, aboutStory, naming, questionOf, remark, type Said } from "./wording.ts";
import type { Reach, Written } from "./written.ts";

/** Of a hundred posts that answer nothing, so many are one of these. */
const OFTEN = { poll: 0.014, quote: 0.03, mention: 0.05, warning: 0.02 };
/** Only what is recent is quoted. */
const QUOTABLE = 400;

/** The posts with which threads begin, oldest first. */
export function openings(seed: number, society: Society, count: number, now: number): Written[] {
  const drawAuthor = drawer(society.people.map(({ drive }) => drive));
  const begun = Array.from({ length: count }, (_, n) => {
    const chance = chanceOf(seed, "post", n);
    const by = drawAuthor(chance);
    const story = storyOf(chance);
    const at = story ? whenTold(story, chance, now) : momentOf(chance, now, society.people[by]?.shift ?? 0);
    return { chance, by, story, at };
  }).sort((a, b) => a.at - b.at);
  const all: Written[] = [];
  const quotable: Written[] = [];
  for (const { chance, by, story, at } of begun) {
    const post = opening(society, { chance, by, story, at }, quotable, now);
    all.push(post);
    if (post.reach === "PUBLIC" && !society.people[by]?.locked && !post.quoted) quotable.push(post);
    if (quotable.length > QUOTABLE) quotable.shift();
  }
  return all;
}

interface Begun {
  readonly chance: Chance;
  readonly by: number;
  readonly story: Story | undefined;
  readonly at: number;
}

function opening(
  { people, following, parted }: Society,
  { chance, by, story, at }: Begun,
  quotable: readonly Written[],
  now: number,
): Written {
  const person = people[by];
  if (!person) throw new Error(`nobody is at place ${by}`);
  const reach = reachOf(person.narrow, chance);
  const base = {
    ...{ id: idAt(at, chance), by, at, reach, warning: chance.hit(OFTEN.warning) ? chance.pick(warnings) : "" },
    interest: person.pull ** 0.6 * Math.exp(chance.normal()) * (reach === "PUBLIC" ? 1 : 0.4),
  };
  if (story && !person.narrow) return { ...base, ...aboutStory(story, chance), reach: "PUBLIC", warning: "" };
  const said = remark(person, chance);
  const kind = chance.next();
  if (kind < OFTEN.poll) {
    const poll = questionOf(person, chance);
    const endsAt = Math.floor(at + chance.pick([1, 1, 3, 7]) * DAY_MS);
    return { ...base, ...said, text: poll.text, language: "en", poll: { ...poll, endsAt } };
  }
  if (kind < OFTEN.poll + OFTEN.quote) {
    const candidates = quotable.filter((post) => post.by !== by && at - post.at > HOUR_MS / 4);
    const quoted = candidates.length > 0 ? chance.pick(candidates) : undefined;
    if (quoted && !parted(by, quoted.by))
      return { ...base, ...said, text: aboutQuoted(quoted, chance), language: "en", topic: quoted.topic, quoted };
  }
  if (kind > 1 - OFTEN.mention && reach === "PUBLIC" && said.language === "en") {
    const friend = people[chance.pick(following[by]?.length ? (following[by] as number[]) : [by])];
    if (friend && friend !== person) return { ...base, ...said, text: naming(said.text, friend.handle, chance) };
  }
  return { ...base, ...said, at: Math.min(at, now - 1_000) };
}

function reachOf(narrow: boolean, chance: Chance): Reach {
  const drawn = chance.next();
  if (narrow) return drawn < 0.75 ? "FOLLOWERS" : "PRIVATE";
  return drawn < 0.965 ? "PUBLIC" : drawn < 0.996 ? "FOLLOWERS" : "PRIVATE";
}

/** Beyond the last story lie all other posts. */
const drawStory = drawer([
  ...stories.map(({ share }) => share),
  100 - stories.reduce((all, { share }) => all + share, 0),
]);

/** What everybody talks about, if this post is about that. */
const storyOf = (chance: Chance): Story | undefined => stories[drawStory(chance)];

/** The newest story is told more and more, the others less and less. */
function whenTold(story: Story, chance: Chance, now: number): number {
  const part = story === stories[0] ? chance.next() ** 2 : 1 - chance.next() ** 2;
  return Math.floor(now - 60_000 - part * (story.sinceHours * HOUR_MS - 60_000));
}

/** What a text says to whoever answers it. */
export const saidIn = ({ text, language, topic }: Written): Said => ({ text, language, topic });
