import type { MeasureName } from "../../../cli/bench/choice.ts";
import type { Bench } from "../bench.ts";
import type { Measured } from "../figure.ts";
import { celebrity } from "./celebrity.ts";
import { fanout } from "./fanout.ts";
import { follow } from "./follow.ts";
import { followees } from "./followees.ts";
import { freshness } from "./freshness.ts";
import { home } from "./home.ts";
import { login } from "./login.ts";
import { memory } from "./memory.ts";
import { mix } from "./mix.ts";
import { post } from "./post.ts";
import { rebuild } from "./rebuild.ts";
import { wire } from "./wire.ts";

/** Tells its figures one after the other, each as soon as it is known. */
export type Measure = (bench: Bench) => AsyncGenerator<Measured>;

/** Everything that can be measured, by the name that people type. */
export const measuring: Readonly<Record<MeasureName, Measure>> = {
  ...{ wire, home, post, fanout, freshness, follow, login, mix, memory, rebuild, followees, celebrity },
};
