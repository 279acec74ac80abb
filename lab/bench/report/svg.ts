/** Text as HTML and SVG take it. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Where a value lies on a line of pixels. */
export type Scale = (value: number) => number;

/** Equal steps for equal factors; whatever is below the least lies on it. */
export function logScale(least: number, most: number, from: number, to: number): Scale {
  const [low, high] = [Math.log(least), Math.log(Math.max(most, least * 1.001))];
  return (value) => from + ((Math.log(Math.max(value, least)) - low) / (high - low)) * (to - from);
}

/** Equal steps for equal differences, from zero. */
export const linearScale = (most: number, from: number, to: number): Scale => {
  return (value) => from + (value / Math.max(most, Number.MIN_VALUE)) * (to - from);
};

/** 1, 2, 5, 10, 20, ... that lie between two values. */
export function decades(least: number, most: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++)
    for (const digit of [1, 2, 5]) found.push(digit * 10 ** power);
  return found.filter((value) => value >= least * 0.999 && value <= most * 1.001).map((v) => Number(v.toPrecision(3)));
}

/** A few round values from zero up to the most. */
export function steps(most: number): number[] {
  const rough = most / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((digit) => digit * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, n) => Number((n * step).toPrecision(6)));
}

export const short = (value: number): string =>
  value.toLocaleString("en", { maximumSignificantDigits: 3, notation: value >= 100_000 ? "compact" : "standard" });

const at = (value: number): string => value.toFixed(1);

/** A line from point to point, in one of the colours of the page. */
export const line = (points: readonly (readonly [number, number])[], colour: number): string =>
  `<polyline class="line c${colour}" points="${points.map(([x, y]) => `${at(x)},${at(y)}`).join(" ")}"/>`;

export const dot = (x: number, y: number, colour: number, says: string): string =>
  `<circle class="dot c${colour}" cx="${at(x)}" cy="${at(y)}" r="3.5"><title>${escaped(says)}</title></circle>`;

export const rule = (x1: number, y1: number, x2: number, y2: number, kind = "grid"): string =>
  `<line class="${kind}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;

export const words = (x: number, y: number, text: string, anchor: "start" | "middle" | "end" = "start"): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;

/** One drawing; it says in words what it shows. */
export const drawing = (width: number, height: number, about: string, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(about)}">${parts.join("")}</svg>`;

/** Which colour is what. */
export const legend = (names: readonly string[]): string =>
  `<p class="legend">${names.map((name, n) => `<span><i class="c${n}"></i>${escaped(name)}</span>`).join("")}</p>`;
