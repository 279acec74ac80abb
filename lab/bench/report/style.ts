/** How a report looks, in light and in dark. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6a7a; --grid: #dde2e8; --paper: #fff;
  --c0: #2563c9; --c1: #c7641b; --c2: #1d8a63; --c3: #8a45b8; --met: #1d8a63; --missed: #c0392b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --soft: #97a4b3; --grid: #2d3743; --paper: #12171d;
  --c0: #6ea3ff; --c1: #f0a064; --c2: #5fcda2; --c3: #c695ea; --met: #5fcda2; --missed: #ff8a7a; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 980px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
section { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 1rem 1.5rem; }
figure { margin: 1rem 0 0; } figcaption { font-weight: 600; font-size: .9rem; }
svg { width: 100%; height: auto; display: block; } svg text { font-size: 11px; fill: var(--soft); }
.grid { stroke: var(--grid); } .goal { stroke: var(--ink); stroke-width: 1.5; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .dot { stroke: var(--paper); stroke-width: 1; }
.line.c0 { stroke: var(--c0); } .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); }
.dot.c0 { fill: var(--c0); } .dot.c1 { fill: var(--c1); } .dot.c2 { fill: var(--c2); } .dot.c3 { fill: var(--c3); }
.met { fill: var(--met); } .missed { fill: var(--missed); } .bad { color: var(--missed); font-weight: 600; }
.legend { margin: .2rem 0 0; font-size: .8rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em; }
i.c0 { background: var(--c0); } i.c1 { background: var(--c1); } i.c2 { background: var(--c2); } i.c3 { background: var(--c3); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .82rem; margin: 1.5rem 0; white-space: nowrap; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--grid); font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, th:nth-child(3), td:nth-child(3), th:last-child, td:last-child { text-align: left; }
details { margin: 2rem 0; } pre { overflow-x: auto; font-size: .78rem; }
`;
