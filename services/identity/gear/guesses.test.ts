import { expect, test } from "vitest";
import { openRedis } from "#mesh/redis.ts";
import { startTestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { identity } from "../index.ts";
import { createGuesses } from "./guesses.ts";

const ann = { handle: "ann", email: "" };
const wrong = async () => {
  throw failure("BAD_CREDENTIALS");
};
const reasons = async (calls: Promise<unknown>[]) =>
  (await Promise.allSettled(calls)).map((end) =>
    end.status === "fulfilled" ? "in" : String(end.reason.reason ?? end.reason.message),
  );

test.each(["there", "away"])(
  "with Redis %s a name has so many guesses, and what is no guess costs none",
  async (redisIs) => {
    await using mesh = await startTestMesh([identity]);
    const deps = mesh.deps<Deps>("identity");
    await using nowhere = openRedis("redis://127.0.0.1:1", { namespace: "nowhere", chance: deps.chance });
    if (redisIs === "there") await deps.redis.whenUp();
    const guesses = createGuesses({ ...deps, redis: redisIs === "there" ? deps.redis : nowhere });
    const right = Array.from({ length: 20 }, () => guesses.during(ann, async () => "in"));
    const broken = Array.from({ length: 20 }, () =>
      guesses.during(ann, () => Promise.reject(new Error("database gone"))),
    );
    expect(new Set(await reasons([...right, ...broken]))).toEqual(new Set(["in", "database gone"]));
    const tried = await reasons(Array.from({ length: 20 }, () => guesses.during(ann, wrong)));
    expect(tried.filter((reason) => reason === "BAD_CREDENTIALS")).toHaveLength(deps.config.guesses / 2);
    expect(tried.filter((reason) => reason === "TOO_MANY_GUESSES")).toHaveLength(20 - deps.config.guesses / 2);
    expect(await reasons([guesses.during({ handle: "bob", email: "" }, async () => "in")])).toEqual(["in"]);
  },
);

test("two replicas share one allowance", async () => {
  await using mesh = await startTestMesh([identity]);
  const deps = mesh.deps<Deps>("identity");
  await deps.redis.whenUp();
  const replicas = [createGuesses(deps), createGuesses(deps)];
  const tried = await reasons(
    Array.from({ length: 20 }, (_, n) => replicas[n % 2]?.during(ann, wrong) ?? Promise.resolve()),
  );
  expect(tried.filter((reason) => reason === "BAD_CREDENTIALS")).toHaveLength(deps.config.guesses / 2);
});
