import { expect, test } from "vitest";
import { settled } from "./settled.ts";

const ports = (port: number | undefined, env: Record<string, string> = {}) => {
  const { GATEWAY_PORT, ADMIN_PORT, IDENTITY_PUBLIC_URL } = settled({ port }, env);
  return [GATEWAY_PORT, ADMIN_PORT, IDENTITY_PUBLIC_URL];
};

test("the admin page is on the port after the gateway's, unless somebody says otherwise", () => {
  expect(ports(undefined)).toEqual(["7700", "7701", "http://localhost:7700"]);
  expect(ports(7710)).toEqual(["7710", "7711", "http://localhost:7710"]);
  expect(ports(undefined, { GATEWAY_PORT: "8800" })).toEqual(["8800", "8801", "http://localhost:8800"]);
  expect(ports(7710, { GATEWAY_PORT: "8800", ADMIN_PORT: "9", IDENTITY_PUBLIC_URL: "https://a" })).toEqual([
    "7710",
    "9",
    "https://a",
  ]);
  expect(ports(undefined, { GATEWAY_PORT: "0" })).toEqual(["0", "0", "http://localhost:0"]);
});

test("the limits for strangers are loosened only where there are none", () => {
  expect(settled({ port: undefined }, {})).toMatchObject({
    GATEWAY_LIMIT_ANONYMOUS: "600",
    GATEWAY_LIMIT_GUARDED: "60",
  });
  expect(settled({ port: undefined }, { GATEWAY_LIMIT_GUARDED: "5" })).toMatchObject({ GATEWAY_LIMIT_GUARDED: "5" });
  expect(settled({ port: undefined }, { GATEWAY_HOST: "0.0.0.0" })).not.toHaveProperty("GATEWAY_LIMIT_ANONYMOUS");
});
