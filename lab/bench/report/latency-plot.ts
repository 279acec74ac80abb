import { type Counted, countOf, percentile } from "../load/histogram.ts";
import { decades, dot, drawing, legend, line, logScale, rule, short, words } from "./svg.ts";

const [WIDTH, HEIGHT] = [460, 230];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 24, 10, 30];
const MARKS = [0.5, 0.9, 0.99, 0.999, 0.9999];

/** How long the fast and the slow took: each step to the right has ten times fewer that are slower. */
export function latencyPlot(name: string, curves: Readonly<Record<string, Counted>>): string {
  const shown = Object.entries(curves).filter(([, counted]) => countOf(counted) >= 10);
  if (shown.length === 0) return "";
  const rarest = Math.max(...shown.map(([, counted]) => countOf(counted)));
  const marks = MARKS.filter((share) => 1 / (1 - share) <= rarest);
  const last = marks.at(-1) ?? 0.5;
  const all = shown.flatMap(([, counted]) => [percentile(counted, 0.01), percentile(counted, last)]);
  const [least, most] = [Math.max(0.01, Math.min(...all) / 1.3), Math.max(...all) * 1.3];
  const x = logScale(1, 1 / (1 - last), LEFT, WIDTH - RIGHT);
  const y = logScale(least, most, HEIGHT - BOTTOM, TOP);
  const place = (share: number) => x(1 / (1 - share));
  const ticks = decades(least, most);
  const kept = ticks.length > 7 ? ticks.filter((value) => /^[^1-9]*1/.test(String(value))) : ticks;
  const lines = shown.map(([kind, counted], colour) => {
    const own = marks.filter((share) => 1 / (1 - share) <= countOf(counted));
    const points = Array.from({ length: 61 }, (_, n) => 1 - (1 - (own.at(-1) ?? 0.5)) ** (n / 60));
    const dots = own.map((share) => {
      const ms = percentile(counted, share);
      return dot(place(share), y(ms), colour, `${kind}, p${share * 100}: ${short(ms)} ms`);
    });
    return (
      line(
        points.map((share) => [place(share), y(percentile(counted, share))]),
        colour,
      ) + dots.join("")
    );
  });
  const axes = [
    ...kept.map((ms) => rule(LEFT, y(ms), WIDTH - RIGHT, y(ms)) + words(LEFT - 6, y(ms) + 4, short(ms), "end")),
    ...marks.map((share) => words(place(share), HEIGHT - 12, `p${Number((share * 100).toFixed(2))}`, "middle")),
  ];
  const about = `${name}: milliseconds by percentile`;
  return `<figure><figcaption>${about}</figcaption>${drawing(WIDTH, HEIGHT, about, [...axes, ...lines])}${
    shown.length > 1 ? legend(shown.map(([kind]) => kind)) : ""
  }</figure>`;
}
