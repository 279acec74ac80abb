import { debian, onShelf } from "./debian.ts";
import { docker } from "./docker.ts";
import { onPath } from "./on-path.ts";
import type { Way } from "./way.ts";

/** From the least surprising to the most: what is installed, what we unpacked before, what an engine offers, what the system can fetch. */
export const defaultWays = (): readonly Way[] => [onPath(), onShelf(), docker, debian()];
