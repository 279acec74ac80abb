import type { DescMessage, DescMethod, MessageInitShape } from "@bufbuild/protobuf";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import type { Bench } from "../bench.ts";
import { createCaller } from "../load/caller.ts";
import { planned } from "../load/calls.ts";
import type { Person } from "../load/job.ts";

const AT_ONCE = 16;

/**
 * Gives each person what most people have: a filter with two phrases, somebody blocked and somebody muted, so that a page
 * is really held against something. Neither hits anything here: pages stay full.
 */
export async function addWishes(bench: Bench, people: readonly Person[], strangers: readonly Person[]): Promise<void> {
  const phrases = [{ text: "spoiler", wholeWord: true }, { text: "giveaway" }];
  const rule = { title: "not now", phrases, action: FilterAction.HIDE };
  const { createContentFilter } = ContentFilterService.method;
  const [blocked, muted] = strangers;
  await eachCalls(bench, people, "filters", createContentFilter, () => ({ rule }));
  await eachCalls(bench, people, "blocks", GraphService.method.blockAccount, () => ({ accountId: blocked?.id ?? "" }));
  await eachCalls(bench, people, "mutes", GraphService.method.muteAccount, () => ({ accountId: muted?.id ?? "" }));
}

/** Lets each person make one call through the gateway; every one must succeed. */
export async function eachCalls<I extends DescMessage>(
  { ground, signal, say }: Bench,
  people: readonly Person[],
  what: string,
  method: DescMethod & { readonly input: I },
  requestOf: (person: Person) => MessageInitShape<I>,
): Promise<Buffer[]> {
  using caller = await createCaller(ground.url);
  const answers: Buffer[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < people.length; at = next++) {
      signal.throwIfAborted();
      if (at % 100 === 0) say(`${what}: ${at} of ${people.length}`);
      const person = people[at] as Person;
      const { ok, body } = await caller.call(planned(what, method, requestOf(person), person), true);
      if (!ok) throw new Error(`${what}: ${String(body)}`);
      answers[at] = body ?? Buffer.alloc(0);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}
