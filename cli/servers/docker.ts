import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { reasonOf } from "./preflight.ts";
import type { Sought, Way } from "./way.ts";

const run = promisify(execFile);
const images = { redis: "redis:7.4-alpine", nats: "nats:2.11-alpine" } as const;

/** Images, when a local engine answers. Root has Debian's packages or its own, without a daemon in between. */
export const docker: Way = async (sought, { say, signal }) => {
  const remote = /^(tcp|ssh):/.test(process.env.DOCKER_HOST ?? "");
  if (process.getuid?.() === 0 || remote || !(await answers())) return {};
  const pulled = sought.map(async (name: Sought) => {
    const image = images[name];
    try {
      await run("docker", ["image", "inspect", image], { ...(signal && { signal }) }).catch(async () => {
        say(`pulling ${image}`);
        await run("docker", ["pull", "--quiet", image], { ...(signal && { signal }) });
      });
      return [[name, { image }]] as const;
    } catch (error) {
      signal?.throwIfAborted();
      say(`Docker could not get ${image} (${reasonOf(error)})`);
      return [];
    }
  });
  return Object.fromEntries((await Promise.all(pulled)).flat());
};

async function answers(): Promise<boolean> {
  return await run("docker", ["info", "--format", "{{.ServerVersion}}"], { timeout: 5000 }).then(
    ({ stdout }) => /^\d/.test(stdout),
    () => false,
  );
}
