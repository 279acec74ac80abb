import { kill, pid } from "node:process";

/** Every place where the fault lab can end a process; a test compares them with the code. */
export const crashPoints = [
  "log.beforeCommit",
  "log.afterCommit",
  "relay.afterRead",
  "relay.afterPublish",
  "relay.afterCheckpoint",
  "consumer.afterMove",
  "consumer.beforeCommit",
  "consumer.afterCommit",
] as const;

/** The name of such a place. */
export type CrashPoint = (typeof crashPoints)[number];

/** Where a process is to end: FAULT_AT=<service>.<name>[:n], at the n-th time it passes there. */
export interface Fault {
  readonly service: string;
  readonly name: CrashPoint;
  readonly times: number;
}

/** Reads FAULT_AT. A fault that nothing would ever meet is refused: a lab that tests nothing must not look green. */
export function faultAt(given: string | undefined): Fault | undefined {
  if (!given) return undefined;
  const [, service = "", name = "", times = "1"] = /^([a-z-]+)\.(\w+\.\w+)(?::([1-9]\d{0,8}))?$/.exec(given) ?? [];
  const known = crashPoints.find((one) => one === name);
  if (!known) throw new Error(`FAULT_AT names no crash point: ${given}`);
  return { service, name: known, times: Number(times) };
}

const fault = faultAt(process.env.FAULT_AT);
let passed = 0;

/** Ends the process here, as a power cut would, if FAULT_AT says so. */
export function crashPoint(service: string, name: CrashPoint): void {
  if (fault === undefined || name !== fault.name || service !== fault.service) return;
  passed++;
  if (passed < fault.times) return;
  kill(pid, "SIGKILL"); // exit code 137, and nothing is cleaned up
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // not one statement more while the signal is under way
}
