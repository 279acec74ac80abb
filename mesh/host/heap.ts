import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";

/**
 * How a serving process collects its garbage; to be called before anything else runs. Most of what a call makes is gone with
 * the call. Node takes what was long-lived while caches filled for long-lived for ever and puts the like of it where only a
 * whole collection finds it, and it lets the heap grow by a tenth before it collects whole again: measured, pauses of
 * 100 ms every second and a half of reading homes, seldom with these.
 */
export function settleHeap(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
  setFlagsFromString("--heap-growing-percent=100");
}

/**
 * What Node is to be started with where we start it: of the threads that mark and compile beside the one that serves, no more
 * than leave it a core. Four of them on two cores make a collection three times as long for whoever waits.
 */
export const nodeFlags = (): string[] => [`--v8-pool-size=${Math.max(1, Math.min(4, availableParallelism() - 1))}`];
