import { type Chance, chanceOf, drawer } from "./chance.ts";
import { idAt } from "./id-at.ts";
import type { Society } from "./society.ts";
import { soonAfter } from "./time.ts";
import { answer, thanked } from "./wording.ts";
import type { Written } from "./written.ts";

const MINUTE_MS = 60_000;
/** A post that is younger has no answers yet. */
const YOUNG_MS = 3 * MINUTE_MS;
/** How often an answer goes to the post itself, and to the latest answer; else to one of the others. */
const TO = { root: 0.52, latest: 0.3 };

/** Answers to what was opened, most under what draws most: conversations of followers in which the author takes part. */
export function threads(
  seed: number,
  society: Society,
  openings: readonly Written[],
  count: number,
  now: number,
): Written[] {
  if (openings.length === 0) return [];
  const chance = chanceOf(seed, "threads", openings.length);
  const draw = drawer(
    openings.map(({ interest, reach, at, by }) =>
      reach === "PRIVATE" || at > now - YOUNG_MS || (society.followers[by] ?? []).length === 0 ? 0 : interest,
    ),
  );
  const sizes = new Map<number, number>();
  for (let n = 0; n < count; n++) {
    const place = draw(chance);
    sizes.set(place, (sizes.get(place) ?? 0) + 1);
  }
  return [...sizes].flatMap(([place, size]) => {
    const root = openings[place];
    return root ? conversation(society, root, size, chanceOf(seed, "thread", root.id), now) : [];
  });
}

function conversation(society: Society, root: Written, size: number, chance: Chance, now: number): Written[] {
  const answers: Written[] = [];
  for (let tries = 0; answers.length < size && tries < size * 8; tries++) {
    const parent = answeredBy(root, answers, chance);
    const by = speaker(society, root, parent, chance);
    const person = by === undefined ? undefined : society.people[by];
    if (by === undefined || !person || society.parted(by, root.by) || society.parted(by, parent.by)) continue;
    const at = soonAfter(chance, parent.at, now, 25 * MINUTE_MS);
    const own = by === root.by;
    const text = own && parent !== root ? thanked(person, root, chance) : answer(person, root, chance);
    const named = society.people[parent.by];
    const begins = chance.hit(0.12) && named && by !== parent.by && root.reach === "PUBLIC" ? `@${named.handle} ` : "";
    answers.push({
      ...{ id: idAt(at, chance), by, at, root, parent, topic: root.topic, warning: "" },
      reach: person.narrow ? "FOLLOWERS" : root.reach,
      language: person.tongue?.language === root.language ? root.language : "en",
      text: begins + text,
      interest: 0.35 * person.pull ** 0.5 * Math.exp(chance.normal()),
    });
  }
  return answers;
}

function answeredBy(root: Written, answers: readonly Written[], chance: Chance): Written {
  const latest = answers.at(-1);
  const drawn = chance.next();
  if (!latest || drawn < TO.root) return root;
  return drawn < TO.root + TO.latest ? latest : chance.pick(answers);
}

/** Who answers: the author to answers, else mostly followers; a stranger now and then where everybody may. */
function speaker({ people, followers }: Society, root: Written, parent: Written, chance: Chance): number | undefined {
  if (parent.by !== root.by && chance.hit(0.4)) return root.by;
  const circle = followers[root.by] ?? [];
  const open = root.reach === "PUBLIC" && !people[root.by]?.locked;
  const by = open && chance.hit(0.12) ? chance.below(people.length) : chance.pick(circle);
  return by === parent.by ? undefined : by;
}
