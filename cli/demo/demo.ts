import { everything } from "../../main.ts";
import { foldHours } from "../../services/content/store/trends.ts";
import { countStrangers } from "../../services/identity/seeding/demos.ts";
import { type Cli, exits, Refusal } from "../command.ts";
import type { Ground } from "../install/ground.ts";
import { pending } from "../install/provision.ts";
import { readSettings } from "../install/settings.ts";
import { count } from "../terminal/words.ts";
import { untilApplied } from "./applied.ts";
import type { Known } from "./cast.ts";
import { type Making, makeNetwork } from "./network.ts";
import type { Size } from "./plan.ts";
import { openStores, type Stores, storeOf } from "./stores.ts";
import { DAY_MS } from "./time.ts";
import type { Made } from "./write.ts";

/** What was made, and how long it took until it was written, and until everybody knew of it. */
export interface Demo extends Made {
  readonly took_ms: number;
  readonly applied_ms: number;
}

/** Refuses to put invented people among real ones, and to write into tables that are not there. */
export async function refuseHere(known: readonly string[], { env, own }: Ground, yes: boolean): Promise<void> {
  const lacking = (await pending(env)).flatMap(({ ran }) => ran).length;
  if (lacking > 0)
    throw new Refusal(
      exits.failed,
      `the databases lack ${count(lacking, "migration")}`,
      "./skein migrate, then start it again",
    );
  if (yes) return;
  await using scope = new AsyncDisposableStack();
  const strangers = await countStrangers(storeOf(await openStores(env, scope), "identity").query, known);
  if (strangers > 0)
    throw new Refusal(
      exits.failed,
      `${count(strangers, "account")} here ${strangers === 1 ? "is" : "are"} neither a persona nor part of a demo network${own ? "" : ", and the database is not our own"}`,
      "say --yes if the demo network may be among them: nothing takes it out again",
    );
}

/** Makes the demo network around the personas, and waits until all services know of it. */
export async function makeDemo(
  size: Size,
  cast: readonly Known[],
  { env }: Ground,
  { signal, talk }: Pick<Cli, "signal" | "talk">,
): Promise<Demo> {
  const began = performance.now();
  await using scope = new AsyncDisposableStack();
  const stores = await openStores(env, scope);
  const { content } = readSettings(env).values as unknown as { content: Making["limits"] };
  const now = new Date();
  const made = await makeNetwork({ stores, size, cast, now, limits: content, signal, step: talk.step });
  const took = performance.now() - began;
  await settled(stores, { signal, talk, now });
  return { ...made, took_ms: Math.round(took), applied_ms: Math.round(performance.now() - began) };
}

async function settled(
  stores: Stores,
  { signal, talk, now }: Pick<Cli, "signal" | "talk"> & { now: Date },
): Promise<void> {
  await talk.step(
    "applied",
    (note) => untilApplied(everything, stores, { signal, note }),
    () => "every service knows all of it",
  );
  // Trends count a whole week; the job that does so comes round once an hour.
  await foldHours(storeOf(stores, "content"), new Date(now.getTime() - 8 * DAY_MS));
}
