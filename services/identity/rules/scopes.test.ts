import { globSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { CONTRACTS, SCOPES, unknownScopes } from "./scopes.ts";

test("every contract of ours in gen/ is looked at for scopes", () => {
  const gen = resolve(import.meta.dirname, "../../../gen");
  const files = globSync("skein/**/*_service_pb.ts", { cwd: gen }).map((path) =>
    path.replace(/_pb\.ts$/, "").replaceAll("\\", "/"),
  );
  expect(CONTRACTS.map(({ file }) => file.name).sort()).toEqual(files.sort());
});

test("known scopes are those that public methods ask for", () => {
  expect([...SCOPES]).toEqual(expect.arrayContaining(["profile:read", "profile:write", "account:read"]));
  expect(unknownScopes(["profile:read", "moon:write", "account:read"])).toEqual(["moon:write"]);
});
