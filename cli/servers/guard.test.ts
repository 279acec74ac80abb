import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { temporaryHome } from "./testing.ts";

// A host that does nothing else meanwhile: nothing but the answers it waits for keeps it alive.
const host = `
  const { startGuard } = await import(process.argv[1]);
  const guard = startGuard(process.argv[2], "token");
  const owner = { pid: process.pid, identity: "host", token: "token" };
  const starts = Array.from({ length: 20 }, (_, at) =>
    guard.start({ file: "/bin/true", args: [] }, { name: "nats" + at, port: at, version: "", data: "", owner }));
  await Promise.all(starts);
  await guard.release();
`;

test("a host stays until all of the servers that it starts at once are born", async () => {
  await using home = temporaryHome();
  const guard = pathToFileURL(join(import.meta.dirname, "guard.ts")).href;
  const args = ["--input-type=module", "--eval", host, guard, home.path];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
