import { startMesh } from "#mesh/host.ts";
import { pair } from "./pair.ts";

// One of the pair as a process of its own, to be killed.
const [name = ""] = process.argv.slice(2);
process.once("disconnect", () => process.exit(1));
await startMesh(pair, { only: new Set([name]) });
process.send?.("ready");
