import { consumer } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { keepsEdges } from "../store/keeps-edges.ts";
import { blocks, blocksAnew } from "./keep-blocks.ts";
import { edges, edgesAnew } from "./keep-follows.ts";
import { lists, listsAnew } from "./keep-lists.ts";
import { locks, locksAnew } from "./keep-locks.ts";
import { mutes, mutesAnew } from "./keep-mutes.ts";
import { tiers, tiersAnew } from "./keep-tiers.ts";

/**
 * Everything that social-graph says of who is what to whom. One consumer, so that whoever waits for a block waits for
 * everything that its author did before, and so that there is one answer to how current all of it is.
 */
export const keepEdges = consumer<Deps>(
  "keep-edges",
  [...edges, ...blocks, ...mutes, ...locks, ...lists, ...tiers],
  [edgesAnew, blocksAnew, mutesAnew, locksAnew, ...listsAnew, tiersAnew],
  keepsEdges,
);
