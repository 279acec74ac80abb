import { setFlagsFromString } from "node:v8";

/**
 * How a serving process collects its garbage; to be called before anything else runs. Most of what a call makes is gone with
 * the call. Node takes what was long-lived while caches filled for long-lived for ever and puts the like of it where only a
 * whole collection finds it, and it lets the heap grow by a tenth before it collects whole again: measured, pauses of
 * 100 ms every second and a half of reading homes, seldom with these. One thread marks what is alive: with one for each core
 * those who serve would wait for their cores.
 */
export function settleHeap(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
  setFlagsFromString("--heap-growing-percent=100");
  setFlagsFromString("--concurrent-marking-max-worker-num=1");
}
