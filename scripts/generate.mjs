// After a change in proto/: formats the contracts and writes gen/ and the document of all events anew.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const tools = join(root, "node_modules/.bin");
const options = { cwd: root, stdio: "inherit", env: { ...process.env, PATH: `${tools}:${process.env.PATH}` } };

execFileSync(process.execPath, ["scripts/vendor-protos.mjs"], options);
for (const args of [["format", "-w", "proto"], ["lint"], ["generate"]]) execFileSync(join(tools, "buf"), args, options);
execFileSync(process.execPath, ["cli/main.ts", "events", "asyncapi", "--write"], options);
