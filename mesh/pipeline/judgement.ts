import type { DescMethod } from "@bufbuild/protobuf";
import type { Noted } from "../context.ts";
import { nameOf, optionsOf } from "../contract.ts";
import { showsOthers } from "../visibility.ts";

/**
 * Refuses an answer that shows others' accounts or posts without having asked whether its caller may see them. It is a
 * bug of ours, and an internal failure everywhere: showing too much cannot be taken back.
 */
export function checkJudged(method: DescMethod, { judged }: Noted): void {
  if (!judged && showsOthers.has(optionsOf(method).surface))
    throw new Error(`${nameOf(method)} shows others' accounts or posts, and asked for no visibility decision`);
}
