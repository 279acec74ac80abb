/** Whether a post in this language is wanted: BCP 47 prefixes, in any case. Posts that name none always are. */
export function languagePasses(wanted: readonly string[], language: string): boolean {
  if (wanted.length === 0 || language === "") return true;
  const given = language.toLowerCase();
  return wanted.some((one) => {
    const prefix = one.toLowerCase();
    return given === prefix || given.startsWith(`${prefix}-`);
  });
}
