import { expect, test } from "vitest";
import { childOf, parseTraceparent, startTrace, traceparent } from "./trace.ts";

const T = "4bf92f3577b34da6a3ce929d0e0e4736";
const S = "00f067aa0ba902b7";
const filled = (byte: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(byte) });

test.each([
  [`00-${T}-${S}-01`, true],
  [`00-${T}-${S}-00`, false],
  [`00-${T}-${S}-03`, true],
  [`cc-${T}-${S}-01`, true],
  [`cc-${T}-${S}-01-what-comes-later`, true],
])("%s is read", (header, sampled) => {
  expect(parseTraceparent(header)).toEqual({ traceId: T, spanId: S, sampled });
});

test.each([
  undefined,
  null,
  "",
  `00-${T}-${S}`,
  `00-${T}-${S}-01-more`,
  `cc-${T}-${S}-01.more`,
  `ff-${T}-${S}-01`,
  `00-${T.toUpperCase()}-${S}-01`,
  `00-${"0".repeat(32)}-${S}-01`,
  `00-${T}-${"0".repeat(16)}-01`,
  `00-${T}-${S}-0x`,
  ` 00-${T}-${S}-01`,
  `00-${T}-${S}-01\n`,
  `cc-${T}-${S}-01-${"x".repeat(1000)}`,
])("%j is no trace", (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test("what is written can be read again", () => {
  for (const share of [0, 1]) {
    const trace = startTrace(filled(0xab), share);
    expect(trace).toEqual({ traceId: "ab".repeat(16), spanId: "ab".repeat(8), sampled: share === 1 });
    expect(parseTraceparent(traceparent(trace))).toEqual(trace);
  }
});

test("a child keeps trace and sampling and has its own id", () => {
  const parent = startTrace(filled(0xab));
  expect(childOf(parent, filled(0xcd))).toEqual({ ...parent, spanId: "cd".repeat(8) });
});

test("the share of sampled traces is decided by the id", () => {
  expect([0x00, 0x3f, 0x40, 0xff].map((byte) => startTrace(filled(byte || 1), 0.25).sampled)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("ids are never all zeros", () => {
  expect(parseTraceparent(traceparent(startTrace(filled(0))))).toBeDefined();
});
