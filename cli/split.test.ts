import { expect, inject, test } from "vitest";
import { everything } from "../main.ts";
import { startSplit } from "./split.ts";

test("a process that cannot start ends the whole start, with its last words", async () => {
  const { keys } = inject("servers");
  const env = { PATH: process.env.PATH, SKEIN_KEYS: keys, ADMIN_PORT: "-1", DATABASE_URL: "postgres://127.0.0.1:1/x" };
  await expect(startSplit(["gateway", "nonsense"], { env: { ...env, GATEWAY_PORT: "0" } })).rejects.toMatchObject({
    name: "StartFailure",
    message: "nonsense did not start (exit code 2)",
    tail: [`there is no service nonsense; there are ${everything.map(({ name }) => name).join(", ")}`],
  });
});

test("a wish to stop ends a start that is under way", async () => {
  const { keys } = inject("servers");
  const stop = AbortSignal.abort("enough");
  await expect(
    startSplit(["gateway"], { env: { PATH: process.env.PATH, SKEIN_KEYS: keys }, signal: stop }),
  ).rejects.toBe("enough");
});
