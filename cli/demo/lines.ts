/** The lines of a text, without what is around them. */
export const lines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The words of a line, separated by bars. */
export const words = (text: string): readonly string[] => text.split("|").map((word) => word.trim());
