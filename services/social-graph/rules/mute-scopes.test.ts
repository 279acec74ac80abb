import { expect, test } from "vitest";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { type ScopeName, scopeNames, scopesOf, textOfScopes } from "./mute-scopes.ts";

const { HOME, NOTIFICATIONS, REPOSTS } = MuteScope;

test.each<[MuteScope[], ScopeName[]]>([
  [[], ["HOME", "NOTIFICATIONS"]],
  [[REPOSTS], ["REPOSTS"]],
  [
    [REPOSTS, HOME],
    ["HOME", "REPOSTS"],
  ],
  [
    [NOTIFICATIONS, HOME, REPOSTS],
    ["HOME", "NOTIFICATIONS", "REPOSTS"],
  ],
])("scopes %o are kept as %o", (asked, names) => {
  expect(scopeNames(asked)).toEqual(names);
  expect(scopesOf(names).length).toBe(names.length);
  expect(textOfScopes(names)).toBe(`{${names.join(",")}}`);
});
