import { tidyLine } from "./tidy.ts";

/** A device's name as it is shown: one line, without invisible characters, some of which turn the direction of writing. */
export const plainDevice = (given: string): string => tidyLine(given.replaceAll(/\p{Cf}+/gu, ""));
