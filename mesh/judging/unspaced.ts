/** The characters of scripts that put no spaces between words, for a character class. */
export const UNSPACED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join("");

const START = new RegExp(`^[${UNSPACED}]`, "u");

/** Whether a text begins with such a character: nothing tells where its first word ends. */
export const startsUnspaced = (text: string): boolean => START.test(text);
