import type { Question } from "./topic.ts";
import type { Said } from "./wording.ts";

/** For whom a post is, from wide to narrow. */
export type Reach = "PUBLIC" | "FOLLOWERS" | "PRIVATE";

/** A post of the network, before anybody stores it. People go by their places. */
export interface Written extends Said {
  readonly id: string;
  readonly by: number;
  readonly at: number;
  readonly reach: Reach;
  readonly warning: string;
  /** How much others are drawn to it. */
  readonly interest: number;
  readonly root?: Written;
  readonly parent?: Written;
  readonly quoted?: Written;
  readonly poll?: Question & { readonly endsAt: number };
}
