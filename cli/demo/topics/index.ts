import type { Topic } from "../topic.ts";
import { astronomy } from "./astronomy.ts";
import { baking } from "./baking.ts";
import { birds } from "./birds.ts";
import { boardGames } from "./board-games.ts";
import { books } from "./books.ts";
import { city } from "./city.ts";
import { code } from "./code.ts";
import { coffee } from "./coffee.ts";
import { crafts } from "./crafts.ts";
import { cycling } from "./cycling.ts";
import { films } from "./films.ts";
import { football } from "./football.ts";
import { gardening } from "./gardening.ts";
import { hiking } from "./hiking.ts";
import { indieGames } from "./indie-games.ts";
import { pets } from "./pets.ts";
import { photography } from "./photography.ts";
import { running } from "./running.ts";
import { science } from "./science.ts";
import { synths } from "./synths.ts";
import { typography } from "./typography.ts";

/** Everything that people come together about; each is a community. The most crowded come first. */
export const topics: readonly Topic[] = [
  ...[pets, code, city, films, books, coffee, photography, football, cycling, gardening, baking, running],
  ...[indieGames, astronomy, birds, hiking, synths, boardGames, crafts, science, typography],
];
