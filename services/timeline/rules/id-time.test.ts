import { expect, test } from "vitest";
import { realLent } from "#mesh/lent.ts";
import { idAfter, idTime } from "./id-time.ts";

test("an id tells when it was made", () => {
  const { ids, clock } = realLent();
  const before = clock.now().getTime();
  const made = idTime(ids.next());
  expect(made).toBeGreaterThanOrEqual(before);
  expect(made).toBeLessThanOrEqual(clock.now().getTime());
});

test.each([
  ["0193aaaa-0000-7000-8000-000000000001", "0193aaaa-0000-7000-8000-000000000002"],
  ["0193aaaa-0000-7000-8000-ffffffffffff", "0193aaaa-0000-7000-8001-000000000000"],
  ["0193aaaa-ffff-ffff-ffff-ffffffffffff", "0193aaab-0000-0000-0000-000000000000"],
])("behind %s comes %s", (id, next) => {
  expect(idAfter(id)).toBe(next);
});
