import { setFlagsFromString } from "node:v8";

/**
 * How a serving process collects its garbage; to be called before anything else runs. Most of what a call makes is gone with
 * the call. Node takes what was long-lived while caches filled for long-lived for ever and puts the like of it where only a
 * whole collection finds it, and it lets the heap grow by a tenth before it collects whole again: measured, pauses of
 * 100 ms, on all cores, every second and a half of reading homes; with these, none in a minute.
 */
export function settleHeap(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
  setFlagsFromString("--heap-growing-percent=100");
}
