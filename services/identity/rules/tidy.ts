/** A text as it is kept: composed, without control characters (PostgreSQL cannot hold all of them) and outer space. */
export const tidy = (text: string): string =>
  text
    .normalize("NFC")
    .replaceAll("\r\n", "\n")
    .replaceAll(/[^\P{Cc}\n\t]/gu, "")
    .trim();

/** The same, in one line. */
export const tidyLine = (text: string): string => tidy(text).replaceAll(/\s+/g, " ");
