import { expect, test } from "vitest";
import { meshFailure } from "#mesh/failure.ts";
import { failure } from "../failures.ts";
import { finalReason, hindrance, refuseTime } from "./schedule.ts";

const NOW = new Date("2026-11-24T12:00:00Z");
const DAY_MS = 86_400_000;

test.each([
  [60_000, true],
  [59_999, false],
  [-1, false],
  [10 * DAY_MS, true],
  [10 * DAY_MS + 1, false],
  [Number.NaN, false],
])("a post %d ms ahead can be scheduled: %s", (ahead, can) => {
  const check = () => refuseTime(new Date(NOW.getTime() + ahead), NOW, 10 * DAY_MS);
  if (can) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ reason: "PUBLISH_TIME_INVALID" }));
});

const soon = { attempts: 1, lateMs: 5_000 };
const late = { attempts: 10, lateMs: 3_600_001 };
test.each([
  [failure("POST_NOT_FOUND"), soon, "POST_NOT_FOUND"],
  [failure("REPLY_FORBIDDEN"), soon, "REPLY_FORBIDDEN"],
  [failure("TEXT_TOO_LONG"), late, "TEXT_TOO_LONG"],
  [failure("TOO_MANY_DRAFTS"), soon, undefined],
  [meshFailure("DATABASE_UNAVAILABLE"), soon, undefined],
  [meshFailure("INVALID_REQUEST"), soon, undefined],
  [new Error("a bug"), soon, undefined],
  [new Error("a bug"), { ...late, attempts: 9 }, undefined],
  [new Error("a bug"), { ...late, lateMs: 3_600_000 }, undefined],
  [new Error("a bug"), late, "UNAVAILABLE"],
])("%s is final as told (%#)", (error, at, reason) => {
  expect(finalReason(error, at)).toBe(reason);
});

test.each([
  ["ACTIVE", undefined],
  ["SUSPENDED", "ACCOUNT_SUSPENDED"],
  ["DEACTIVATED", "ACCOUNT_DEACTIVATED"],
  ["DELETING", "ACCOUNT_DEACTIVATED"],
])("an author who is %s is hindered by %s", (state, reason) => {
  expect(hindrance(state)).toBe(reason);
});
