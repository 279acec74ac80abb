import type { MessageInitShape } from "@bufbuild/protobuf";
import type { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import type { Person } from "./job.ts";
import { between, type Chance, pick, signs } from "./words.ts";

/** Of social networks' best known micro-benchmark: what is read and written, and how often in a hundred. */
export const MIX = [
  ["home", 60],
  ["user", 30],
  ["compose", 10],
] as const;

export type Part = (typeof MIX)[number][0];

/** What comes next in the mix. */
export function partAt(chance: Chance): Part {
  let at = chance() * 100;
  for (const [part, share] of MIX) {
    at -= share;
    if (at < 0) return part;
  }
  return "compose";
}

/** A post as the mix has it: 256 random characters, up to five mentions, five links and four media. */
export function composed(people: readonly Person[], chance: Chance): MessageInitShape<typeof NewPostSchema> {
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: between(0, most, chance) }, make);
  const mentions = some(5, () => `@${pick(people, chance).handle}`);
  const links = some(5, () => `https://example.com/${signs(10, chance)}`);
  const media = some(4, () => ({ mediaId: mediaId(chance) }));
  return { text: [signs(256, chance), ...mentions, ...links].join(" "), media };
}

const hex = (digits: number, chance: Chance): string =>
  Array.from({ length: digits }, () => between(0, 15, chance).toString(16)).join("");

const mediaId = (chance: Chance): string =>
  `01939999-${hex(4, chance)}-7${hex(3, chance)}-8${hex(3, chance)}-${hex(12, chance)}`;
