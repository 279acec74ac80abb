import type { Measured } from "../figure.ts";
import { dot, drawing, legend, line, linearScale, rule, short, steps, words } from "./svg.ts";

const [WIDTH, HEIGHT] = [460, 200];
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 16, 12, 28];

/** What each round gave, and the limit beside it: a machine that is busy shows as both going down together. */
export function roundsPlot({ figure, rounds }: Measured): string {
  if (rounds.length < 2) return "";
  const series = [
    { name: figure.name, values: rounds.map(({ value }) => value) },
    ...(figure.anchor ? [{ name: figure.anchor.name, values: rounds.map(({ anchor = 0 }) => anchor) }] : []),
  ];
  const most = Math.max(...series.flatMap(({ values }) => values)) * 1.08;
  const y = linearScale(most, HEIGHT - BOTTOM, TOP);
  const x = (round: number) => LEFT + 14 + (round / (rounds.length - 1)) * (WIDTH - LEFT - RIGHT - 28);
  const axes = [
    ...steps(most).map((v) => rule(LEFT, y(v), WIDTH - RIGHT, y(v)) + words(LEFT - 6, y(v) + 4, short(v), "end")),
    ...rounds.map((_, n) => words(x(n), HEIGHT - 10, `${n + 1}`, "middle")),
  ];
  const lines = series.map(({ name, values }, colour) => {
    const points = values.map((value, n) => [x(n), y(value)] as const);
    const dots = values.map((value, n) => dot(x(n), y(value), colour, `${name}, round ${n + 1}: ${short(value)}`));
    return line(points, colour) + dots.join("");
  });
  const about = `${figure.name}: ${figure.unit} by round`;
  return `<figure><figcaption>${about}</figcaption>${drawing(WIDTH, HEIGHT, about, [...axes, ...lines])}${legend(
    series.map(({ name }) => name),
  )}</figure>`;
}
