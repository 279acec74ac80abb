import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Answer, Launch, Order } from "./guard.ts";
import { locked } from "./lock.ts";
import { openLog } from "./log.ts";
import { alive, identityOf } from "./process.ts";
import { readRecords, type ServerRecord, writeRecord } from "./record.ts";
import { stopAll } from "./stop.ts";

// Runs as a process of its own, the parent of the servers. When the host ends, however it ends, the channel to it does
// too; what the host had started and not stopped itself is then stopped here.
const [home = "", token = ""] = process.argv.slice(2);
const launched: ServerRecord[] = [];

process.title = "skein-watchdog";
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);

const tell = (answer: Answer) => process.connected && process.send?.(answer, undefined, undefined, () => undefined);

process.on("message", ({ launch, record }: Order) => {
  const { name } = record;
  let pid = 0;
  try {
    pid = start(name, launch, (ending) => tell({ name, ending }));
    const born = { pid, identity: identityOf(pid) ?? "?" };
    if (pid > 0) {
      launched.push({ ...record, ...born });
      writeRecord(home, { ...record, ...born });
    }
    tell({ name, born });
  } catch (error) {
    if (pid > 0) process.kill(pid, "SIGKILL"); // rather none than one that no record knows
    tell({ name, born: { pid: 0, identity: "?" }, ending: String(error) });
  }
});

process.once("disconnect", async () => {
  // The records may be gone with the whole home; what we started ourselves we know without them.
  const written = () => readRecords(home).filter(({ owner }) => owner.token === token);
  const ours = () =>
    [...new Map([...written(), ...launched].map((record) => [record.pid, record])).values()].filter(alive);
  if (ours().length > 0) await locked(home, { patienceMs: 5000, regardless: true }, () => stopAll(home, ours()));
  process.exit();
});

function start(name: string, { file, args, env, user }: Launch, ended: (how: string) => void): number {
  const log = openLog(home, name);
  const child = spawn(file, args, {
    cwd: "/", // the server's user may not be allowed to stand where we stand
    detached: true,
    env: { ...process.env, LC_ALL: "C", ...env },
    stdio: ["ignore", log, log],
    ...user,
  });
  closeSync(log);
  child.once("error", ({ message }) => ended(message));
  child.once("exit", (code, signal) => ended(signal ? `signal ${signal}` : `exit code ${code}`));
  return child.pid ?? 0;
}
