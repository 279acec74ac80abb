import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { dropSteps as drop } from "../store/windows.ts";

/** Twice the longest window that anything looks at. */
const KEEP_MS = 48 * 3_600_000;
const BITE = 10_000;

/** Forgets steps that lie behind every window. */
export const dropSteps: Job<Deps> = {
  name: "drop-steps",
  everyMs: 600_000,
  async run({ db, clock }, signal) {
    const before = new Date(clock.now().getTime() - KEEP_MS);
    while (!signal.aborted && (await drop(db, before, BITE)));
  },
};
