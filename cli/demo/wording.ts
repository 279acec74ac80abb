import type { Chance } from "./chance.ts";
import type { Person } from "./person.ts";
import { phrase } from "./phrase.ts";
import type { Question, Topic } from "./topic.ts";
import { everyday } from "./topics/everyday.ts";
import { asides, closers, company, interjections, mentions, openers, remarks, thanks } from "./topics/phrases.ts";
import type { Story } from "./topics/stories.ts";

/** What somebody says, and about what. */
export interface Said {
  readonly text: string;
  readonly language: string;
  readonly topic: Topic;
}

/** What a person writes when nothing special is the matter. */
export function remark({ topics, tongue }: Person, chance: Chance): Said {
  if (tongue && chance.hit(0.7)) {
    const text = tagged(phrase(chance.pick(tongue.posts), tongue.words, chance), tongue.tags, chance);
    return { text, language: tongue.language, topic: everyday };
  }
  const topic = chance.hit(0.14) ? everyday : chance.hit(0.65) ? (topics[0] ?? everyday) : chance.pick(topics);
  const template = chance.pick(topic.posts);
  const said = phrase(template, topic.words, chance);
  const plain = !template.includes("{"); // what is always the same gets more company
  const opener = chance.hit(0.16) ? `${chance.pick(openers)} ` : "";
  const aside = chance.hit(plain ? 0.6 : 0.2) ? ` ${phrase(chance.pick(asides), company, chance)}` : "";
  const closer = chance.hit(plain ? 0.35 : 0.2) ? ` ${phrase(chance.pick(closers), {}, chance)}` : "";
  const sign = chance.hit(0.08) ? ` ${topic.sign}` : "";
  return { text: tagged(opener + said + aside + closer + sign, topic.tags, chance), language: "en", topic };
}

const tagged = (text: string, tags: readonly string[], chance: Chance): string => {
  if (!chance.hit(0.42)) return text;
  const [one, other] = [chance.pick(tags), chance.pick(tags)];
  return `${text} #${one}${one !== other && chance.hit(0.4) ? ` #${other}` : ""}`;
};

/** What is said about what everybody talks about. */
export function aboutStory({ tag, posts }: Story, chance: Chance): Said {
  const aside = chance.hit(0.3) ? ` ${phrase(chance.pick(asides), company, chance)}` : "";
  const text = `${phrase(chance.pick(posts), {}, chance)}${aside} #${tag}`;
  return { text, language: "en", topic: everyday };
}

/** Names somebody at the end of a text. */
export const naming = (text: string, handle: string, chance: Chance): string =>
  `${text} ${phrase(chance.pick(mentions), { name: [`@${handle}`] }, chance)}`;

/** A question that a person asks. */
export const questionOf = ({ topics: [home] }: Person, chance: Chance): Question =>
  chance.pick(home && chance.hit(0.6) ? home.polls : everyday.polls);

/** What is said about a post that is quoted. */
export function aboutQuoted({ topic }: Said, chance: Chance): string {
  const first = phrase(chance.pick(remarks), {}, chance);
  const more = chance.hit(0.5) ? phrase(chance.pick(topic.replies), topic.words, chance) : "";
  const last = chance.hit(0.4) ? phrase(chance.pick(asides), company, chance) : "";
  return [first, more, last].filter((part) => part !== "").join(" ");
}

/** What somebody answers to a post. */
export function answer({ tongue }: Person, { topic, language }: Said, chance: Chance): string {
  if (tongue && tongue.language === language) return phrase(chance.pick(tongue.replies), tongue.words, chance);
  const particular = chance.hit(0.6);
  const parts = [
    chance.hit(0.42) ? chance.pick(interjections) : "",
    particular ? phrase(chance.pick(topic.replies), topic.words, chance) : "",
    !particular || chance.hit(0.22) ? phrase(chance.pick(everyday.replies), {}, chance) : "",
    chance.hit(0.16) ? phrase(chance.pick(asides), company, chance) : "",
    chance.hit(0.1) ? topic.sign : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** What an author answers to an answer. */
export function thanked({ tongue }: Person, { language }: Said, chance: Chance): string {
  if (tongue && tongue.language === language) return phrase(chance.pick(tongue.thanks), tongue.words, chance);
  const first = chance.hit(0.5) ? `${chance.pick(interjections)} ` : "";
  const last = chance.hit(0.3) ? ` ${phrase(chance.pick(asides), company, chance)}` : "";
  return first + phrase(chance.pick(thanks), {}, chance) + last;
}
