const CONTROL = /[^\P{Cc}\n\t]/gu;

/** A text as it is kept: whole characters, composed, without control characters (PostgreSQL cannot hold all of them) and outer space. */
export const tidy = (text: string): string =>
  text.toWellFormed().normalize("NFC").replaceAll("\r\n", "\n").replaceAll(CONTROL, "").trim();

/** The same, in one line. */
export const tidyLine = (text: string): string => tidy(text).replaceAll(/\s+/g, " ");
