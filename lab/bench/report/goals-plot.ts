import type { Goal, Measured } from "../figure.ts";
import { drawing, escaped, logScale, rule, short, words } from "./svg.ts";
import { goalWords } from "./table.ts";

const WIDTH = 940;
const ROW = 26;
const [LEFT, RIGHT, TOP, BOTTOM] = [210, 190, 8, 26];
/** Further away than this is only far away. */
const FAR = 8;

/** How far each figure is from its goal; to the right of the line is better, whichever way the goal looks. */
export function goalsPlot(all: readonly Measured[]): string {
  const judged = all.flatMap(({ figure, goal }) => {
    if (!goal) return [];
    const found = figure.ratio ?? figure.value;
    const times = timesBetter(found, goal);
    return [{ figure, goal, found, times: Math.min(FAR, Math.max(1 / FAR, times)) }];
  });
  if (judged.length === 0) return "";
  const height = TOP + BOTTOM + judged.length * ROW;
  const x = logScale(1 / FAR, FAR, LEFT, WIDTH - RIGHT);
  const rows = judged.map(({ figure, goal, found, times }, n) => {
    const y = TOP + n * ROW;
    const [from, to] = [Math.min(x(1), x(times)), Math.max(x(1), x(times))];
    const says = `${figure.name}: ${short(found)}, goal ${goalWords(goal)}${figure.errors > 0 ? `, ${figure.errors} errors` : ""}`;
    const bar = `<rect class="${figure.pass ? "met" : "missed"}" x="${from.toFixed(1)}" y="${y + 5}" width="${Math.max(2, to - from).toFixed(1)}" height="${ROW - 10}" rx="2"><title>${escaped(says)}</title></rect>`;
    const told = `${short(found)}  ${goalWords(goal)}  ${figure.pass ? "met" : "missed"}`;
    return bar + words(LEFT - 10, y + 17, figure.name, "end") + words(WIDTH - RIGHT + 10, y + 17, told);
  });
  const marks = [0.125, 0.25, 0.5, 1, 2, 4, 8].map(
    (times) =>
      rule(x(times), TOP, x(times), height - BOTTOM, times === 1 ? "goal" : "grid") +
      words(x(times), height - 8, times === 1 ? "goal" : `${times}×`, "middle"),
  );
  const about = "How many times better than its goal each figure is";
  return `<figure class="wide"><figcaption>${about}</figcaption>${drawing(WIDTH, height, about, [...marks, ...rows])}</figure>`;
}

function timesBetter(found: number, goal: Goal): number {
  if ("least" in goal) return found / goal.least;
  return found === goal.most ? 1 : goal.most / Math.max(found, Number.EPSILON);
}
