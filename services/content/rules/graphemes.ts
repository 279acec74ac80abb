const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
const BEYOND_ASCII = /[^\n\t -~]/;

/** Whether a text has more than so many characters, as people count them. Segmenting is dear: what length tells is not segmented. */
export function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (!BEYOND_ASCII.test(text)) return true;
  let count = 0;
  for (const _ of segmenter.segment(text)) if (++count > most) return true;
  return false;
}
