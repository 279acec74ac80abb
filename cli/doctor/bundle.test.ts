import { expect, test } from "vitest";
import { withoutSecrets } from "./bundle.ts";

test.each([
  ["postgres://skein:hunter2@127.0.0.1:5432/x", "postgres://***@127.0.0.1:5432/x"],
  ['{"to":"ann.lee+x@mail.example.org"}', '{"to":"***@***"}'],
  ["Bearer eyJhbGciOi.eyJzdWIi.c2ln-_x", "Bearer ***"],
  ['{"client":"203.0.113.9","here":"127.0.0.1"}', '{"client":"*.*.*.*","here":"127.0.0.1"}'],
  ['{"refresh_token": "abc", "password":"x"}', '{"refresh_token": "***", "password":"***"}'],
])("a report does not hold what %s holds", (given, wanted) => {
  expect(withoutSecrets(given)).toBe(wanted);
});
