/** The languages whose word forms PostgreSQL knows, by the first part of their BCP 47 tag. */
const DICTIONARIES: Readonly<Record<string, string>> = {
  ar: "arabic",
  ca: "catalan",
  da: "danish",
  de: "german",
  el: "greek",
  en: "english",
  es: "spanish",
  eu: "basque",
  fi: "finnish",
  fr: "french",
  ga: "irish",
  hi: "hindi",
  hu: "hungarian",
  hy: "armenian",
  id: "indonesian",
  it: "italian",
  lt: "lithuanian",
  nb: "norwegian",
  ne: "nepali",
  nl: "dutch",
  nn: "norwegian",
  no: "norwegian",
  pt: "portuguese",
  ro: "romanian",
  ru: "russian",
  sr: "serbian",
  sv: "swedish",
  ta: "tamil",
  tr: "turkish",
  yi: "yiddish",
};

/** The first part of a BCP 47 tag: de of de-AT. */
export const primaryOf = (language: string): string => language.split("-", 1)[0]?.toLowerCase() ?? "";

/** The dictionary that knows the word forms of a language; undefined if there is none. */
export function dictionaryOf(language: string): string | undefined {
  const primary = primaryOf(language);
  return Object.hasOwn(DICTIONARIES, primary) ? `${DICTIONARIES[primary]}_stem` : undefined;
}

/** Every dictionary there is. */
export const dictionaries: readonly string[] = [...new Set(Object.values(DICTIONARIES))].map((name) => `${name}_stem`);
