import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertActor, createAssertionReader } from "#mesh/identity/assertion.ts";
import { readHop, signHop } from "#mesh/identity/hop.ts";
import { ensureKeys, openKeyring } from "#mesh/identity/keyring.ts";

/** What identity costs on one hop: the caller's MAC, its check by the callee, and the account's assertion from memory. */
const ROUNDS = 7;
const CALLS = 20_000;
const folder = mkdtempSync(join(tmpdir(), "skein-bench-"));
ensureKeys(folder, ["gateway", "identity"]);
const gateway = openKeyring(folder, "gateway");
const identity = openKeyring(folder, "identity");
const now = new Date();
const actor = {
  accountId: "0193aaaa-0000-7000-8000-000000000001",
  sessionId: "0193aaaa-0000-7000-8000-000000000002",
  roles: [],
  suspended: false,
  issuedAt: now,
  expiresAt: new Date(now.getTime() + 300_000),
};
const assertion = assertActor(gateway, actor);
const hop = { method: "skein.identity.v1.IdentityService/GetMe", assertion, client: "192.0.2.1" };
const parts = {
  "sign + check MAC + cached assertion": () => {
    const read = createAssertionReader(identity);
    return () => {
      readHop(identity, signHop(gateway, "identity", hop, now), hop, now);
      read(assertion, now);
    };
  },
  "assertion verified without memory": () => () => createAssertionReader(identity)(assertion, now),
};

for (const [name, prepare] of Object.entries(parts)) {
  const microseconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const once = prepare();
    const began = process.cpuUsage();
    for (let call = 0; call < CALLS / (name.startsWith("sign") ? 1 : 10); call++) once();
    const { user, system } = process.cpuUsage(began);
    if (round > 0) microseconds.push((user + system) / (CALLS / (name.startsWith("sign") ? 1 : 10))); // the first warms up
  }
  const sorted = microseconds.sort((a, b) => a - b);
  const figure = (value: number | undefined) => `${value?.toFixed(1)} us`;
  console.log(
    `${name}: median ${figure(sorted[ROUNDS >> 1])}, least ${figure(sorted[0])}, most ${figure(sorted.at(-1))} of CPU (${ROUNDS} rounds)`,
  );
}
rmSync(folder, { recursive: true });
