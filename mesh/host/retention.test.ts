import { expect, test } from "vitest";
import { toy } from "../testing/toy.ts";
import { startTestMesh } from "../testing.ts";
import { refuseRetention } from "./retention.ts";

const HOUR_MS = 60 * 60 * 1000;

test.each([
  ["the defaults", 24, 7, 30, ""],
  ["equal times", 7 * 24, 7, 7, ""],
  ["a stream that outlives the log", 7 * 24 + 1, 7, 30, "EVENTS_STREAM_MAX_AGE"],
  ["a log that outlives an erased account", 24, 31, 30, "LOG_RETENTION_DAYS"],
  ["a process that knows nothing of erasure", 24, 365, undefined, ""],
])("%s", (_, hours, logDays, erasureDays, refused) => {
  const settings = { identity: erasureDays === undefined ? undefined : { erasureDelay: erasureDays * 24 * HOUR_MS } };
  const check = () => refuseRetention({ streamMaxAge: hours * HOUR_MS, logDays }, settings);
  if (refused) expect(check).toThrow(refused);
  else expect(check).not.toThrow();
});

test("a host that would forget in the wrong order does not start", async () => {
  const start = startTestMesh([toy("content", [], {})], { EVENTS_STREAM_MAX_AGE: "8d" });
  await expect(start).rejects.toThrow(/EVENTS_STREAM_MAX_AGE +8d +at most LOG_RETENTION_DAYS/);
});
