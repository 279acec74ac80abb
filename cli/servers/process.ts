import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A pid with its birth mark: a pid alone may have passed on to a stranger. */
export interface Known {
  readonly pid: number;
  readonly identity: string;
}

/** The birth mark of a living process; undefined when it is gone or only waits to be reaped. */
export function identityOf(pid: number): string | undefined {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

/** True when this very process still runs, not another one under its number. */
export function alive({ pid, identity }: Known): boolean {
  return identityOf(pid) === identity;
}

/** Ourselves, as a record may name us. */
export function self(): Known {
  return { pid: process.pid, identity: identityOf(process.pid) ?? "?" };
}

/** The command line of a process, empty when it cannot be read. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return ps(pid, ["-ww", "-o", "command="]);
  } catch {
    return "";
  }
}

/** Waits until the process is gone; false when it outlived the patience. */
export async function gone(known: Known, patienceMs: number): Promise<boolean> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(10)) {
    if (!alive(known)) return true;
  }
  return !alive(known);
}

/** Sends the signal only if the process is still the one we mean. */
export function signal(known: Known, name: NodeJS.Signals): void {
  if (!alive(known)) return;
  try {
    process.kill(known.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

// Start times count from boot, so the boot's own id belongs to the mark.
function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const [state = "Z", ...born] = ps(pid, ["-o", "stat=", "-o", "lstart="]).split(/\s+/);
    return state.startsWith("Z") ? undefined : born.join(" ");
  } catch {
    return undefined;
  }
}

function ps(pid: number, options: readonly string[]): string {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  return execFileSync("ps", [...options, "-p", String(pid)], {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
