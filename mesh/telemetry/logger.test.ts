import { create, createFileRegistry, type DescMessage, type MessageInitShape, setExtension } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import {
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_timestamp,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { AccountSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { field as fieldOptions, FieldOptionsSchema as OptionSchema } from "#gen/skein/options/v1/options_pb.ts";
import { createLogger, redactMessage } from "./logger.ts";

function recorder(options: Partial<Parameters<typeof createLogger>[0]> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ level: "info", service: "content", destination, ...options }) };
}

describe("a log line", () => {
  test("is JSON with ts, level and service first, and nothing about the machine", () => {
    const { lines, log } = recorder({ fields: { version: "1.2.3" } });
    log.info({ rpc: "CreatePost", duration_ms: 3 }, "ok");
    log.debug("not at this level");
    expect(lines).toHaveLength(1);
    const entry = JSON.parse(lines[0] ?? "");
    expect(Object.keys(entry).toSorted()).toEqual(["duration_ms", "level", "msg", "rpc", "service", "ts", "version"]);
    expect(entry).toMatchObject({ level: "info", service: "content", version: "1.2.3", rpc: "CreatePost", msg: "ok" });
    expect(new Date(entry.ts).toISOString()).toBe(entry.ts);
  });

  test.each([false, true])("cannot be forged by what a stranger sends (pretty: %s)", (pretty) => {
    const { lines, log } = recorder({ pretty });
    log.info({ handle: 'x\r\n{"level":"fatal"}\u2028\u001b[2J' }, "a\nb\u001b]0;title\u0007\u009b31m");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\r\n]*\n$/);
    const inside = (lines[0] ?? "").trimEnd();
    expect(inside).not.toContain("\u001b");
    if (pretty) expect(inside).not.toMatch(/[\p{Cc}\u2028]/u);
  });

  test("of an error keeps its words, stack and cause, but no rows, parameters or messages it carries", () => {
    const { lines, log } = recorder();
    const cause = Object.assign(new Error("duplicate key"), { code: "23505", detail: "Key (email)=(ann@example.org)" });
    log.error({ err: Object.assign(new TypeError("failed", { cause }), { parameters: ["ann@example.org"] }) });
    expect(lines[0]).not.toContain("ann@example.org");
    expect(JSON.parse(lines[0] ?? "").err).toMatchObject({
      type: "TypeError",
      message: "failed",
      stack: expect.stringContaining("logger.test.ts"),
      cause: { message: "duplicate key", code: "23505" },
    });
  });

  test("for people shows the stack below", () => {
    const { lines, log } = recorder({ pretty: true });
    log.error({ err: new Error("no"), rpc: "Follow" }, "failed");
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR content failed rpc=Follow\n {4}Error: no\n {4} +at /);
  });
});

// message Deep { secret string s=1; pii map<string,string> m=2; Deep child=3; repeated Deep list=4; map<string,Deep> by=5;
//   bytes raw=6; Any any=7; Timestamp at=8; double d=9; oneof { secret bytes one=10; int64 big=11; } repeated secret r=12; }
function deepSchema(): DescMessage {
  const delicate = (value: MessageInitShape<typeof OptionSchema>) => {
    const options = create(FieldOptionsSchema);
    setExtension(options, fieldOptions, create(OptionSchema, value));
    return options;
  };
  const base = (name: string, number: number, type: Type, rest: object = {}) =>
    create(FieldDescriptorProtoSchema, { name, number, type, label: Label.OPTIONAL, ...rest });
  const repeated = { label: Label.REPEATED };
  const entry = (name: string, value: object) => ({
    name,
    options: { mapEntry: true },
    field: [base("key", 1, Type.STRING), base("value", 2, Type.STRING, value)],
  });
  const deep = { typeName: ".t.Deep" };
  const file = create(FileDescriptorProtoSchema, {
    name: "t.proto",
    package: "t",
    syntax: "proto3",
    dependency: ["google/protobuf/any.proto", "google/protobuf/timestamp.proto"],
    messageType: [
      {
        name: "Deep",
        oneofDecl: [{ name: "choice" }],
        nestedType: [entry("MEntry", {}), entry("ByEntry", { type: Type.MESSAGE, ...deep })],
        field: [
          base("s", 1, Type.STRING, { options: delicate({ secret: true }) }),
          base("m", 2, Type.MESSAGE, { ...repeated, typeName: ".t.Deep.MEntry", options: delicate({ pii: true }) }),
          base("child", 3, Type.MESSAGE, deep),
          base("list", 4, Type.MESSAGE, { ...repeated, ...deep }),
          base("by", 5, Type.MESSAGE, { ...repeated, typeName: ".t.Deep.ByEntry" }),
          base("raw", 6, Type.BYTES),
          base("any", 7, Type.MESSAGE, { typeName: ".google.protobuf.Any" }),
          base("at", 8, Type.MESSAGE, { typeName: ".google.protobuf.Timestamp" }),
          base("d", 9, Type.DOUBLE),
          base("one", 10, Type.BYTES, { oneofIndex: 0, options: delicate({ secret: true }) }),
          base("big", 11, Type.INT64, { oneofIndex: 0 }),
          base("r", 12, Type.STRING, { ...repeated, options: delicate({ secret: true }) }),
          base("shown", 13, Type.STRING, { options: delicate({ outputOnly: true }) }),
        ],
      },
    ],
  });
  const known = [file_google_protobuf_any, file_google_protobuf_timestamp];
  const schema = createFileRegistry(file, (name) => known.find(({ proto }) => proto.name === name)).getMessage(
    "t.Deep",
  );
  if (!schema) throw new Error("no schema");
  return schema;
}

describe("a message in the log", () => {
  test("hides what the contract calls personal", () => {
    const account = create(AccountSchema, {
      email: "ann@example.org",
      state: 1,
      profile: { handle: "ann", version: 7n },
    });
    expect(redactMessage(AccountSchema, account)).toEqual({
      profile: { handle: "ann", version: "7" },
      email: "[redacted]",
      state: "ACCOUNT_STATE_ACTIVE",
    });
  });

  test("hides it at any depth, in lists, maps and choices, and stays plain JSON", () => {
    const schema = deepSchema();
    const leaf = { s: "SECRET", m: { SECRET: "SECRET" }, r: ["SECRET"], shown: "yes" };
    const hidden = { s: "[redacted]", m: "[redacted]", r: "[redacted]", shown: "yes" };
    const message = create(schema, {
      ...leaf,
      child: { child: leaf, choice: { case: "one", value: new TextEncoder().encode("SECRET") } },
      list: [leaf, { choice: { case: "big", value: 9_007_199_254_740_993n } }],
      by: { k: leaf },
      raw: new Uint8Array(5),
      any: { typeUrl: "t/x", value: new TextEncoder().encode("SECRET") },
      at: { seconds: 10n ** 17n }, // no JSON form
      d: Number.NaN,
    });
    const before = reflect(schema, message).get(schema.field.s as never);
    const shown = redactMessage(schema, message);
    expect(JSON.stringify(shown)).not.toContain("SECRET");
    expect(JSON.parse(JSON.stringify(shown))).toEqual({
      ...hidden,
      child: { child: hidden, one: "[redacted]" },
      list: [hidden, { big: "9007199254740993" }],
      by: { k: hidden },
      raw: "[5 bytes]",
      any: "[any]",
      at: "[invalid]",
      d: "NaN",
    });
    expect(before).toBe("SECRET");
    expect(reflect(schema, message).get(schema.field.s as never)).toBe("SECRET"); // a copy: the message itself is untouched
  });
});
