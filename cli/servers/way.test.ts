import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { debian, onShelf } from "./debian.ts";
import { onPath } from "./on-path.ts";
import { choosePlace } from "./place.ts";
import { familyOf, osRelease, Preflight } from "./preflight.ts";
import { temporaryHome } from "./testing.ts";
import { commandLine, locate, type Way } from "./way.ts";

const program = (path: string, says: string) => writeFileSync(path, `#!/bin/sh\n${says}\n`, { mode: 0o755 });

test("the first way that has a server wins, later ways are asked only for the rest", async () => {
  await using home = temporaryHome();
  const asked: string[] = [];
  const way =
    (label: string, answer: Awaited<ReturnType<Way>>): Way =>
    async (sought) => {
      asked.push(`${label}: ${sought.join(" ")}`);
      return answer;
    };
  const redis = { file: "/a/redis-server" };
  const nats = { image: "nats:2" };
  const place = await choosePlace(home.path, () => undefined);
  const ways = [way("first", { redis }), way("second", { nats }), way("third", {})];
  expect(await locate(["redis", "nats"], ways, place)).toEqual({ redis, nats });
  expect(asked).toEqual(["first: redis nats", "second: nats"]);
});

test("on PATH, a program that does not run or is too old is passed over with a word", async () => {
  await using home = temporaryHome();
  const said: string[] = [];
  const place = await choosePlace(home.path, (line) => void said.push(line));
  program(join(home.path, "redis-server"), "exit 1");
  program(join(home.path, "valkey-server"), "echo 'Valkey server v=8.0.1 sha=0'");
  program(join(home.path, "nats-server"), "echo 'nats-server: v2.2.6'");
  expect(await onPath(home.path)(["redis", "nats"], place)).toEqual({
    redis: { file: join(home.path, "valkey-server") },
  });
  expect(said).toEqual([
    expect.stringMatching(/redis-server does not run for the servers' user/),
    expect.stringMatching(/nats-server is 2\.2, 2\.9 or newer is needed/),
  ]);
  program(join(home.path, "nats-server"), "echo 'nats-server: v2.10.1'");
  expect(await onPath(home.path)(["nats"], place)).toEqual({ nats: { file: join(home.path, "nats-server") } });
});

test("a container publishes on the loopback only and carries a name of its home", async () => {
  await using home = temporaryHome();
  const place = await choosePlace(home.path, () => undefined);
  const wanted = { name: "redis", innerPort: 6379, data: "/data/of/redis", inner: () => ["--port", "6379"] } as const;
  const { container, launch } = commandLine({ image: "redis:7" }, place, {
    ...wanted,
    inner: () => ["--port", "6379"],
  });
  expect(container).toMatch(/^skein-redis-[0-9a-f]{10}$/);
  expect(launch(4242).args.join(" ")).toMatch(
    /run --rm --init --name skein-redis-\w+ .*--volume \/data\/of\/redis:\/data --publish 127\.0\.0\.1:4242:6379 redis:7 redis-server --port 6379$/,
  );
});

test.each([
  ["debian", "ID=ubuntu\nID_LIKE=debian"],
  ["debian", "PRETTY_NAME=x\nID=debian"],
  ["fedora", 'ID="rocky"\nID_LIKE="rhel centos fedora"'],
  ["arch", "ID=arch"],
  ["suse", 'ID="opensuse-leap"\nID_LIKE="suse opensuse"'],
  ["alpine", "ID=alpine"],
  [undefined, "ID=slackware"],
])("%s is recognised", (family, release) => {
  expect(familyOf(release)).toBe(family);
});

test("a preflight reads as one line: what is wrong, then how to mend it", () => {
  expect(`${new Preflight("X", "nats-server not found", "start Docker")}`).toBe(
    "✖ nats-server not found · start Docker",
  );
});

// Fetches 5 MB of packages, so it runs only when asked: SKEIN_NETWORK_TESTS=1.
const fetches = process.env.SKEIN_NETWORK_TESTS && familyOf(osRelease()) === "debian";
test.runIf(fetches)(
  "Debian's packages are unpacked without installing anything, and found again",
  { timeout: 60_000 },
  async () => {
    await using home = temporaryHome();
    const said: string[] = [];
    const place = await choosePlace(home.path, (line) => void said.push(line));
    const unpack = debian({ install: false, shelf: join(place.base, "shelf") });
    const found = await unpack(["redis", "nats"], place);
    const file = (name: string) => ({ file: join(place.base, "shelf", name), env: expect.anything() });
    expect(found).toEqual({ redis: file("redis/usr/bin/redis-server"), nats: file("nats/usr/sbin/nats-server") });
    expect(await onShelf(join(place.base, "shelf"))(["redis", "nats"], place)).toEqual(found);
    expect(said).toEqual([
      expect.stringMatching(/^redis-server not on PATH; using Debian's package, unpacked into .*\(5 MB\)$/),
      expect.stringMatching(/^nats-server not on PATH; using Debian's package, unpacked into .*\(5 MB\)$/),
    ]);
  },
);
