import type { Choice } from "../../../cli/bench/choice.ts";
import type { Measured } from "../figure.ts";
import { goalsPlot } from "./goals-plot.ts";
import { latencyPlot } from "./latency-plot.ts";
import { roundsPlot } from "./rounds-plot.ts";
import { style } from "./style.ts";
import { escaped } from "./svg.ts";
import { tableOfCells } from "./table.ts";

/** Everything that one run found. */
export interface Found {
  readonly began: string;
  readonly choice: Choice | null;
  /** Measures that broke. */
  readonly failed: readonly string[];
  readonly cores: number;
  readonly node: string;
  readonly figures: readonly Measured[];
}

/** One page that needs nothing else: goals, figures, plots, and the raw JSON that they were made from. */
export function page(found: Found): string {
  const { began, cores, node, failed, figures } = found;
  const [head = [], ...rows] = tableOfCells(figures);
  const cells = (row: readonly string[], tag: "td" | "th") =>
    `<tr>${row.map((cell) => `<${tag}${cell === "MISSED" ? ' class="bad"' : ""}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  const plots = figures.map((one) => roundsPlot(one) + latencyPlot(one.figure.name, one.curves));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Skein bench, ${escaped(began)}</title><style>${style}</style></head><body>
<h1>Skein bench</h1>
<p>${escaped(began)} · ${cores} cores · Node ${escaped(node)} · ${escaped(shapeOf(found))}. Everything ran on this machine, the load generator
too. Compare ratios to what was measured beside them, never figures of two runs.</p>
${failed.length > 0 ? `<p class="bad">Broken: ${escaped(failed.join(", "))}</p>` : ""}
${goalsPlot(figures)}
<div class="scroll"><table><thead>${cells(head, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("\n")}</tbody></table></div>
<section>${plots.join("\n")}</section>
<details><summary>Raw JSON</summary><pre id="raw">${escaped(
    JSON.stringify(
      figures.map(({ figure }) => figure),
      null,
      1,
    ),
  )}</pre></details>
</body></html>
`;
}

const shapeOf = ({ choice }: Found): string => {
  if (!choice) return "";
  const shape = choice.shape === "one" ? "one process for all services" : "one process for each service";
  return `${shape}, ${choice.rounds} rounds of ${choice.seconds} s${choice.quick ? ", quick" : ""}`;
};
