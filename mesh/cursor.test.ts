import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  IdentityService,
  ListRolesRequestSchema,
  SearchProfilesRequestSchema,
} from "#gen/skein/identity/v1/identity_service_pb.ts";
import { createCursors, pageSize } from "./cursor.ts";

const { searchProfiles, listRoles } = IdentityService.method;
const key = new Uint8Array(32).fill(7);
const refuse = (why: string) => new RangeError(`refused: ${why}`);
const cursors = createCursors(key, { refuse });
/** As a process reads that did not make the token; the one that did must not say otherwise. */
const readElsewhere: typeof cursors.read = (method, request, token) => {
  const elsewhere = createCursors(key, { refuse });
  const found = elsewhere.read(method, request, token);
  for (const again of [elsewhere, cursors]) expect(again.read(method, request, token)).toEqual(found);
  return found;
};
const search = (query: string, pageSize = 0, pageToken = "") =>
  create(SearchProfilesRequestSchema, { query, pageSize, pageToken });
const letters = ["a", "b", "c"];
const tokenAfterB = (startedAt?: Date) =>
  cursors.page(searchProfiles, search("x"), letters, 2, (row) => [row, "2"], startedAt).nextPageToken;

describe("a page", () => {
  test("is cut at its limit and its token leads behind its last row", () => {
    const { items, nextPageToken } = cursors.page(searchProfiles, search("x"), letters, 2, (row) => [row, "2"]);
    expect(items).toEqual(["a", "b"]);
    expect(nextPageToken).toMatch(/^[\w-]+$/);
    expect(readElsewhere(searchProfiles, search("x", 50, nextPageToken), nextPageToken)).toEqual({ after: ["b", "2"] });
  });

  test("that is full but the last has no token", () => {
    expect(cursors.page(searchProfiles, search("x"), letters, 3, (row) => [row])).toEqual({
      items: letters,
      nextPageToken: "",
    });
    expect(cursors.page(searchProfiles, search("x"), [], 3, () => [])).toEqual({ items: [], nextPageToken: "" });
  });

  test("of a pinned list carries the moment it is pinned to", () => {
    const startedAt = new Date("2026-11-21T08:00:00.123Z");
    expect(readElsewhere(searchProfiles, search("x"), tokenAfterB(startedAt)).startedAt).toEqual(startedAt);
  });

  test("whose sort key would not fit into a page_token is a bug of its list", () => {
    expect(() => cursors.page(searchProfiles, search("x"), letters, 2, () => ["k".repeat(1024)])).toThrow("token of");
  });
});

describe("a token", () => {
  const token = tokenAfterB();
  const read =
    (given: string, request = search("x")) =>
    () =>
      readElsewhere(searchProfiles, request, given);

  test("gives nothing away of the place it leads to, and is the same for the same place", () => {
    const place = "019a0000-0000-7000-8000-000000000001";
    const made = () => cursors.page(searchProfiles, search("x"), letters, 2, () => [place]).nextPageToken;
    expect(made()).toBe(made());
    const inside = Buffer.from(made(), "base64url").toString("latin1");
    for (const word of [place, place.slice(0, 8), searchProfiles.name]) expect(inside).not.toContain(word);
  });

  test("that is empty starts at the beginning", () => {
    expect(read("")()).toEqual({});
  });

  test("is refused for other filters and for another method", () => {
    expect(read(token, search("y"))).toThrow("refused: made for other filters");
    expect(() => readElsewhere(listRoles, create(ListRolesRequestSchema), token)).toThrow(
      "refused: made for skein.identity.v1.IdentityService/SearchProfiles",
    );
  });

  test("for something else that was wrapped is refused as a place, and a place as that", () => {
    const wrapped = cursors.wrap(searchProfiles, Uint8Array.of(1, 2));
    for (const one of [cursors, createCursors(key, { refuse })])
      expect(one.unwrap(searchProfiles, wrapped)).toEqual(Buffer.of(1, 2));
    expect(read(wrapped)).toThrow("refused: no place in a list");
    expect(() => cursors.unwrap(searchProfiles, token)).toThrow("refused: not made for");
    expect(() => cursors.unwrap(listRoles, wrapped)).toThrow("refused: not made for");
  });

  test("of another key is refused", () => {
    const theirs = createCursors(new Uint8Array(32).fill(8), { refuse });
    expect(() => theirs.read(searchProfiles, search("x"), token)).toThrow("refused: forged");
    expect(() => createCursors(new Uint8Array(8), { refuse })).toThrow("16 bytes");
  });

  test("with any one character changed, dropped or added is refused", () => {
    for (let at = 0; at <= token.length; at++) {
      const [before, here, after] = [token.slice(0, at), token.slice(at, at + 1), token.slice(at + 1)];
      for (const other of ["A", "B", "_", "=", " "].filter((one) => one !== here))
        expect(read(before + other + after)).toThrow("refused");
      expect(read(`${before}A${here}${after}`)).toThrow("refused");
      if (here) expect(read(before + after || "A")).toThrow("refused");
    }
  });

  test("in a second spelling of the same bytes is refused", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spelt = ["", "x", "xx"]
      .map((pad) => cursors.page(searchProfiles, search("x"), letters, 2, () => [pad]).nextPageToken)
      .filter(({ length }) => length % 4 !== 0);
    expect(spelt).toHaveLength(2);
    for (const one of spelt) {
      const twin = one.slice(0, -1) + alphabet.charAt(alphabet.indexOf(one.slice(-1)) + 1); // differs in unused bits only
      expect(Buffer.from(twin, "base64url")).toEqual(Buffer.from(one, "base64url"));
      expect(read(twin)).toThrow("refused: not a token");
    }
  });

  test.each([
    [fc.string()],
    [fc.base64String()],
    [fc.uint8Array({ maxLength: 900 }).map((bytes) => Buffer.from(bytes).toString("base64url"))],
  ])("made of nothing we know is refused, never a crash", (some) => {
    fc.assert(
      fc.property(
        some.filter((one) => one !== ""),
        (given) => void expect(read(given)).toThrow(RangeError),
      ),
    );
    expect(read("A".repeat(100_000))).toThrow("refused: too long");
  });
});

test.each([
  [0, 20],
  [1, 1],
  [100, 100],
  [101, 100],
  [2 ** 31 - 1, 100],
  [-5, 20],
])("of %i asked for, %i are given", (asked, given) => {
  expect(pageSize(asked)).toBe(given);
});

test("all pages together are one scan: what was there throughout appears exactly once, in order", () => {
  const row = fc.record({ score: fc.nat(5), id: fc.nat(40) }); // few scores, so that the id has to decide
  const change = fc.record({
    insert: fc.array(row, { maxLength: 6 }),
    remove: fc.array(fc.nat(), { maxLength: 6 }),
    size: fc.integer({ min: 1, max: 7 }),
  });
  const keyOf = ({ score, id }: { score: number; id: number }) => [String(score), String(id).padStart(3, "0")];
  const joined = (one: { score: number; id: number }) => keyOf(one).join("/");
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 60 }),
      fc.array(change, { minLength: 1, maxLength: 20 }),
      (start, changes) => {
        let rows = new Map(start.map((one) => [joined(one), one]));
        const throughout = new Set(rows.keys());
        const seen: string[] = [];
        let token = "";
        for (let turn = 0; turn === 0 || token !== ""; turn++) {
          const { insert, remove, size } = changes[turn % changes.length] ?? { insert: [], remove: [], size: 1 };
          const request = search("all", size, token);
          const after = readElsewhere(searchProfiles, request, token).after?.join("/") ?? "";
          const found = [...rows.values()]
            .filter((one) => joined(one) > after)
            .sort((a, b) => (joined(a) < joined(b) ? -1 : 1));
          const page = cursors.page(searchProfiles, request, found.slice(0, size + 1), size, keyOf);
          seen.push(...page.items.map(joined));
          token = page.nextPageToken;
          if (token === "") break;
          const names = [...rows.keys()];
          const gone = new Set(remove.map((n) => names[n % Math.max(1, names.length)]));
          for (const name of gone) if (name) throughout.delete(name);
          rows = new Map([...rows].filter(([name]) => !gone.has(name)));
          for (const one of turn < 20 ? insert : []) rows.set(joined(one), one);
        }
        expect(seen).toEqual([...new Set(seen)].sort());
        expect(seen.filter((one) => throughout.has(one))).toEqual([...throughout].sort());
      },
    ),
    { numRuns: 500 },
  );
});
