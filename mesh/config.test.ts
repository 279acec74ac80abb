import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import {
  ConfigError,
  choice,
  duration,
  exampleEnv,
  flag,
  int,
  list,
  printConfig,
  readConfig,
  secret,
  text,
  url,
  type Values,
} from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const redis = url("REDIS_URL", "redis://127.0.0.1:6379", { about: "The Redis server", schemes: ["redis:", "rediss:"] });
const specs = {
  content: {
    maxGraphemes: int("CONTENT_MAX_GRAPHEMES", 500, { about: "Longest post", min: 1, max: 10_000 }),
    draftsLast: duration("CONTENT_DRAFTS_LAST", "30d", { about: "How long drafts are kept." }),
    ranking: choice("CONTENT_RANKING", "newest", { about: "Order of lists", of: ["newest", "best"] }),
    redis,
  },
  "social-graph": {
    hidden: flag("SOCIAL_GRAPH_HIDDEN", false, { about: "Hide counts" }),
    peers: list("SOCIAL_GRAPH_PEERS", [], { about: "Other replicas" }),
    pepper: secret("SOCIAL_GRAPH_PEPPER", undefined, { about: "Mixed into hashes", min: 16 }),
    sentry: url("SOCIAL_GRAPH_SENTRY_URL", null, { about: "Where errors are sent" }),
    region: text("SOCIAL_GRAPH_REGION", "home", { about: "Name of the region", form: [/^[a-z]+$/, "small letters"] }),
    redis,
  },
};
const pepper = "a-pepper-of-enough-length";
const refusal = (env: Record<string, string>): ConfigError => {
  try {
    readConfig(specs, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error("it was accepted");
};

test("an almost empty environment gives the defaults, typed", () => {
  const { values, warnings } = readConfig(specs, { SOCIAL_GRAPH_PEPPER: pepper, CONTENT_MAX_GRAPHEMES: "" });
  expect(values).toEqual({
    content: { maxGraphemes: 500, draftsLast: 2_592_000_000, ranking: "newest", redis: "redis://127.0.0.1:6379" },
    "social-graph": { hidden: false, peers: [], pepper, sentry: null, region: "home", redis: "redis://127.0.0.1:6379" },
  });
  expect(warnings).toEqual([]);
  expectTypeOf<Values<(typeof specs)["content"]>>().toEqualTypeOf<{
    readonly maxGraphemes: number;
    readonly draftsLast: number;
    readonly ranking: "newest" | "best";
    readonly redis: string;
  }>();
  expectTypeOf(values["social-graph"].sentry).toEqualTypeOf<string | null>();
  expectTypeOf(values["social-graph"].pepper).toEqualTypeOf<string>();
});

test("every kind is read from the environment or from the file that NAME_FILE names", () => {
  const given = {
    CONTENT_MAX_GRAPHEMES: "7",
    CONTENT_DRAFTS_LAST: "15m",
    CONTENT_RANKING: "best",
    REDIS_URL: "rediss://r:1",
    SOCIAL_GRAPH_HIDDEN: "Yes",
    SOCIAL_GRAPH_PEERS: "a, b,,c",
    SOCIAL_GRAPH_PEPPER: pepper,
    SOCIAL_GRAPH_SENTRY_URL: "https://s.example",
    SOCIAL_GRAPH_REGION: "north",
  };
  const fromEnv = readConfig(specs, given);
  const fromFiles = readConfig(
    specs,
    Object.fromEntries(Object.entries(given).map(([name, value]) => [`${name}_FILE`, file(name, `${value}\n`)])),
  );
  expect(fromEnv.values["social-graph"]).toEqual({
    hidden: true,
    peers: ["a", "b", "c"],
    pepper,
    sentry: "https://s.example",
    region: "north",
    redis: "rediss://r:1",
  });
  expect(fromEnv.values.content).toEqual({
    maxGraphemes: 7,
    draftsLast: 900_000,
    ranking: "best",
    redis: "rediss://r:1",
  });
  expect(fromFiles.values).toEqual(fromEnv.values);
  expect(fromFiles.warnings).toEqual([]);
});

describe("errors", () => {
  test("all of them come in one report that says what, where and what instead", () => {
    const error = refusal({
      CONTENT_MAX_GRAPHEMES: "0",
      CONTENT_DRAFTS_LAST: "soon",
      CONTENT_RANKING: "worst",
      SOCIAL_GRAPH_HIDDEN: "maybe",
      SOCIAL_GRAPH_REGION_FILE: file("region", "NORTH\n"),
      SOCIAL_GRAPH_PEERS: "a",
      SOCIAL_GRAPH_PEERS_FILE: "/b",
      SOCIAL_GRAPH_SENTRY_URL_FILE: join(folder, "absent"),
    });
    expect(error.rows).toEqual([
      {
        name: "CONTENT_MAX_GRAPHEMES",
        got: "0",
        wanted: "a whole number, at least 1, at most 10000",
        setIn: "environment",
      },
      { name: "CONTENT_DRAFTS_LAST", got: "soon", wanted: "a time like 500ms, 15m or 30d", setIn: "environment" },
      { name: "CONTENT_RANKING", got: "worst", wanted: "newest or best", setIn: "environment" },
      { name: "SOCIAL_GRAPH_HIDDEN", got: "maybe", wanted: "true or false", setIn: "environment" },
      {
        name: "SOCIAL_GRAPH_PEERS",
        got: "both SOCIAL_GRAPH_PEERS and SOCIAL_GRAPH_PEERS_FILE",
        wanted: "a list, separated by commas",
        setIn: "environment",
      },
      { name: "SOCIAL_GRAPH_PEPPER", got: "nothing", wanted: "a secret of at least 16 characters", setIn: "nowhere" },
      {
        name: "SOCIAL_GRAPH_SENTRY_URL",
        got: "no readable file (ENOENT)",
        wanted: "an address like http://host:port",
        setIn: `file ${join(folder, "absent")}`,
      },
      { name: "SOCIAL_GRAPH_REGION", got: "NORTH", wanted: "small letters", setIn: `file ${join(folder, "region")}` },
    ]);
    expect(error.message).toMatch(/^8 settings are wrong\n\nname +got +wanted +set in\n-+/);
    for (const { name } of error.rows) expect(error.message).toContain(name);
  });

  test("a secret is not shown, neither itself nor in an address", () => {
    const error = refusal({
      SOCIAL_GRAPH_PEPPER: "hunter2",
      REDIS_URL: "http://joe:hunter2@h:1",
      SOCIAL_GRAPH_SENTRY_URL: "joe:hunter2@x ?auth_token=hunter2",
    });
    expect(error.rows.map(({ got }) => got)).toEqual(["http://***@h:1", "***", "***@x ?auth_token=***"]);
    expect(JSON.stringify(error.rows) + error.message + error.stack).not.toContain("hunter2");
  });

  test("a value cannot break the table", () => {
    const { rows } = refusal({ SOCIAL_GRAPH_PEPPER: pepper, CONTENT_RANKING: `a\n\u001b[31m${"b".repeat(100)}` });
    expect(rows[0]?.got).toBe(`a [31m${"b".repeat(51)}...`.slice(0, 57).padEnd(60, "."));
  });

  test.each(["1.5", "1e3", "0x10", "ten", "99999999999999999", "5 000"])("%s is no whole number", (given) => {
    expect(refusal({ SOCIAL_GRAPH_PEPPER: pepper, CONTENT_MAX_GRAPHEMES: given }).rows).toHaveLength(1);
  });

  test("a declaration that contradicts itself or another one is a bug, found at once", () => {
    expect(() => int("A", 5, { about: "", max: 4 })).toThrow("the default of A");
    expect(() => duration("A", "soon", { about: "" })).toThrow("the default of A");
    expect(() => text("a-b", "", { about: "" })).toThrow("no name");
    expect(() =>
      readConfig({ a: { x: int("X", 1, { about: "" }) }, b: { x: int("X", 2, { about: "" }) } }, {}),
    ).toThrow("X is declared twice");
  });
});

test("a host and a port alone are no address", () => {
  expect(refusal({ SOCIAL_GRAPH_PEPPER: pepper, SOCIAL_GRAPH_SENTRY_URL: "localhost:6379" }).rows).toHaveLength(1);
});

test.each([
  ["CONTENT_MAX_GRAPHEME", "did you mean CONTENT_MAX_GRAPHEMES?"],
  ["CONTENT_MAX_GRAHPEMES", "did you mean CONTENT_MAX_GRAPHEMES?"],
  ["SOCIAL_GRAPH_PEPER_FILE", "did you mean SOCIAL_GRAPH_PEPPER_FILE?"],
  ["MESH_SOMETHING_ELSE_ENTIRELY", "MESH_SOMETHING_ELSE_ENTIRELY is set but nobody reads it"],
])("%s is not read by anybody: a warning", (name, warning) => {
  const { warnings } = readConfig(specs, { SOCIAL_GRAPH_PEPPER: pepper, [name]: "x" });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.endsWith(warning)).toBe(true);
});

test("variables of others and those that Kubernetes adds are no typing errors", () => {
  const env = {
    PATH: "/bin",
    IDENTITY_X: "1",
    CONTENT_SERVICE_HOST: "10.0.0.1",
    CONTENT_SERVICE_PORT_HTTP: "1",
    CONTENT_PORT: "tcp://10.0.0.1:1",
    CONTENT_PORT_1_TCP_ADDR: "10.0.0.1",
  };
  expect(readConfig(specs, { ...env, SOCIAL_GRAPH_PEPPER: pepper }).warnings).toEqual([]);
});

test("the example file names every setting once, with its meaning, and reads back as the defaults", () => {
  const example = exampleEnv(specs);
  expect(example).toMatchInlineSnapshot(`
    "# Made from the services' own declarations: do not edit.
    # Any variable may instead be given as NAME_FILE=path of a file that holds the value.

    # ---- several services ----

    # The Redis server (an address that begins with redis:// or rediss://).
    # REDIS_URL=redis://127.0.0.1:6379

    # ---- content ----

    # Longest post (a whole number, at least 1, at most 10000).
    # CONTENT_MAX_GRAPHEMES=500

    # How long drafts are kept (a time like 500ms, 15m or 30d).
    # CONTENT_DRAFTS_LAST=30d

    # Order of lists (newest or best).
    # CONTENT_RANKING=newest

    # ---- social-graph ----

    # Hide counts (true or false).
    # SOCIAL_GRAPH_HIDDEN=false

    # Other replicas (a list, separated by commas).
    # SOCIAL_GRAPH_PEERS=

    # Mixed into hashes (a secret of at least 16 characters). Required.
    SOCIAL_GRAPH_PEPPER=

    # Where errors are sent (an address like http://host:port; may be absent).
    # SOCIAL_GRAPH_SENTRY_URL=

    # Name of the region (small letters).
    # SOCIAL_GRAPH_REGION=home
    "
  `);
  const uncommented = [...example.matchAll(/^# ([A-Z_]+)=(.+)$/gm)].map(([, name, value]) => [name, value]);
  const { values } = readConfig(specs, { ...Object.fromEntries(uncommented), SOCIAL_GRAPH_PEPPER: pepper });
  expect(values).toEqual(readConfig(specs, { SOCIAL_GRAPH_PEPPER: pepper }).values);
});

test("the printed configuration says where each value came from and hides secrets when asked to", () => {
  const env = {
    SOCIAL_GRAPH_PEPPER_FILE: file("pepper", pepper),
    REDIS_URL: "redis://joe:hunter2@h:1",
    CONTENT_DRAFTS_LAST: "90s",
  };
  const config = readConfig(specs, env);
  expect(
    printConfig(specs, config, { redacted: true, json: false })
      .replace(/^-.*\n/m, "")
      .replaceAll(folder, ""),
  ).toMatchInlineSnapshot(`
    "service       name                     value            from
    content       CONTENT_MAX_GRAPHEMES    500              default
    content       CONTENT_DRAFTS_LAST      90s              env
    content       CONTENT_RANKING          newest           default
    content       REDIS_URL                redis://***@h:1  env
    social-graph  SOCIAL_GRAPH_HIDDEN      false            default
    social-graph  SOCIAL_GRAPH_PEERS                        default
    social-graph  SOCIAL_GRAPH_PEPPER      ***              file /pepper
    social-graph  SOCIAL_GRAPH_SENTRY_URL                   default
    social-graph  SOCIAL_GRAPH_REGION      home             default
    social-graph  REDIS_URL                redis://***@h:1  env"
  `);
  expect(printConfig(specs, config, { redacted: false, json: false })).toContain("hunter2");
  const rows = JSON.parse(printConfig(specs, config, { redacted: true, json: true }));
  expect(rows).toContainEqual({ service: "content", name: "CONTENT_DRAFTS_LAST", value: 90_000, source: "env" });
  expect(rows).toContainEqual({ service: "content", name: "REDIS_URL", value: "redis://***@h:1", source: "env" });
  expect(rows).toContainEqual({
    service: "social-graph",
    name: "SOCIAL_GRAPH_PEPPER",
    value: "***",
    source: "file",
    path: join(folder, "pepper"),
  });
  expect(rows).toContainEqual({
    service: "social-graph",
    name: "SOCIAL_GRAPH_SENTRY_URL",
    value: null,
    source: "default",
  });
});
