/** Letters as they are compared, whatever their case and width: ß is ss, every sigma is one, and a Turkish i has no say. */
export const foldCase = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase() // the capital ẞ is no ß yet
    .toUpperCase() // ß and the dotless i have no other way to ss and i
    .toLowerCase()
    .replaceAll("ς", "σ")
    .replace(/i\u0307+/g, "i")
    .replace(IGNORED, "")
    .normalize("NFKC");

/** What nobody sees: joiners, soft hyphens, marks of direction, variants of emoji. */
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/** Accents that can be left off, of scripts where that is done. A breve makes another letter of и and у, and dakuten stay. */
const ACCENTS = /(?<![иу])\u0306|[[[\p{Script=Inherited}\p{Script=Hebrew}]&&\p{Mn}]--[\u0306\u3099\u309a]]/gv;

/** Letters that have their accent built in. */
const PLAIN: Readonly<Record<string, string>> = {
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ł: "l",
  þ: "th",
  "‘": "'",
  "’": "'",
  ʼ: "'",
  "“": '"',
  "”": '"',
};
const BUILT_IN = /[æœøđðħłþ‘’ʼ“”]/g;

/** Text as phrases are looked for in it: without case, width, accents, and what nobody sees; white space is one space. */
export const foldText = (text: string): string => (PLAINEST.test(text) ? text.toLowerCase() : foldAll(text)).trim();

/** Nothing but ASCII, and no two spaces: most of what people write, and nothing to do but its case. */
const PLAINEST = /^(?:[!-~]| (?! ))*$/;

const foldAll = (text: string): string =>
  foldCase(text)
    .normalize("NFKD")
    .replace(ACCENTS, "")
    .replace(BUILT_IN, (letter) => PLAIN[letter] ?? letter)
    .normalize("NFC") // Korean syllables whole again: half of one must not be found in it
    .replace(/\s+/g, " ");
