import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Installation, installation } from "../../cli/testing.ts";

const root = join(import.meta.dirname, "..", "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);

/** Commands as they stand; npm's are what runs this test, and would run it again. */
const commands = blocks("sh")
  .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
  .filter((line) => line !== "" && !line.startsWith("npm "));
const isStart = (line: string) => line.startsWith("./skein up");
const isStop = (line: string) => line.startsWith("./skein down");

let here: Installation;
beforeAll(async () => {
  here = await installation();
  expect(run(commands.find(isStart) ?? "")).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await using _stoppedAtLast = here;
  expect(run(commands.find(isStop) ?? "")).toMatchObject({ code: 0 });
});

test.each(commands.filter((line) => !isStart(line) && !isStop(line)))("%s", (line) => {
  expect(run(line)).toMatchObject({ code: 0 });
});

test.each(blocks("ts"))("%s", (program) => {
  const args = ["--input-type=module-typescript", "--eval", `${moved(program)}\nconsole.log(profile?.handle);`];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "alice\n", stderr: "" });
});

const moved = (text: string) => text.replaceAll("localhost:7700", `localhost:${here.port}`);

function run(line: string) {
  const asks = line.includes("admin create");
  // What a person would see as a refusal must end as one; npx would look for a newer buf.
  const typed = moved(line)
    .replace(/^curl /, "curl --silent --fail-with-body ")
    .replace(/^npx /, "")
    .replace(/ {2,}#.*$/, asks ? " --password-stdin" : "");
  const path = [join(root, "node_modules", ".bin"), here.env.PATH].join(delimiter);
  const { status, stdout, stderr } = spawnSync("sh", ["-c", typed], {
    cwd: root,
    env: { ...here.env, PATH: path },
    input: asks ? "correct horse battery" : "",
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}
