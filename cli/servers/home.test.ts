import { chmodSync, chownSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseHome, elsewhere, prepareHome } from "./home.ts";
import { startServers } from "./start.ts";
import { fleeting, temporaryHome } from "./testing.ts";

const root = process.getuid?.() === 0;

test("home is made with its parents, private, and answered by its real path", async () => {
  await using home = temporaryHome();
  const wish = join(home.path, "deep", "home");
  expect(prepareHome(wish)).toBe(wish);
  expect(statSync(wish).mode & 0o777).toBe(0o700);
  symlinkSync(wish, join(home.path, "link"));
  expect(prepareHome(join(home.path, "link"))).toBe(wish);
});

test("a home that others may write is closed to them", async () => {
  await using home = temporaryHome();
  chmodSync(home.path, 0o777);
  prepareHome(home.path);
  expect(statSync(home.path).mode & 0o022).toBe(0);
});

test("a file in home's place is named, with the fix", async () => {
  await using home = temporaryHome();
  const wish = join(home.path, "file");
  writeFileSync(wish, "");
  await expect(startServers(fleeting(wish))).rejects.toMatchObject({
    code: "HOME_NOT_WRITABLE",
    fix: "set SKEIN_HOME to a directory of your own",
  });
});

test.runIf(root)("a home of another user is refused, also to root", async () => {
  await using home = temporaryHome();
  const wish = join(home.path, "theirs");
  mkdirSync(wish);
  chownSync(wish, 65534, 65534);
  expect(() => prepareHome(wish)).toThrow(`${wish} belongs to user 65534, you are root (0)`);
});

test.skipIf(root)("a home that cannot be made is named, with the fix", async () => {
  await using home = temporaryHome();
  chmodSync(home.path, 0o500);
  const wish = join(home.path, "home");
  expect(() => prepareHome(wish)).toThrow(`no permission to write ${wish}`);
  chmodSync(home.path, 0o700);
});

test.skipIf(root)("a checkout that is not ours gets its home elsewhere", () => {
  expect(chooseHome("/usr", {})).toMatch(new RegExp(`/skein-${process.getuid?.()}-[0-9a-f]{10}$`));
});

test.runIf(root)("root's data outside home lies where nobody clears temporary files away", () => {
  expect(elsewhere("/root/skein/.skein")).toMatch(/^\/var\/lib\/skein-0-[0-9a-f]{10}$/);
});

test("SKEIN_HOME wins, then the checkout", async () => {
  await using checkout = temporaryHome();
  expect(chooseHome(checkout.path, { SKEIN_HOME: "/srv/skein" })).toBe("/srv/skein");
  expect(chooseHome(checkout.path, {})).toBe(join(checkout.path, ".skein"));
  expect(existsSync(join(checkout.path, ".skein"))).toBe(false);
});
