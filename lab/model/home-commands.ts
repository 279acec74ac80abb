import fc from "fast-check";
import { expect } from "vitest";
import { command, edges, PEOPLE, person, place, postOf, writing } from "./commands.ts";

/** What befalls the machinery of timelines, while people go on; see homes.test.ts for how each is done. */
export interface Chaos {
  /** Redis forgets everything. */
  flush(): Promise<void>;
  /** From now on the replica of Redis hears nothing. */
  part(): Promise<void>;
  /** It takes the primary's place: what was written since is lost. */
  promote(): Promise<void>;
  /** The streams lose all that they carry. */
  purge(): Promise<void>;
  /** A home, or a partition of everything, is built anew. */
  rebuildHome(who: number): Promise<void>;
  rebuildPartition(partition: number): Promise<void>;
  rescore(): Promise<void>;
}

const sharing = [
  fc.tuple(person, place).map(([a, n]) =>
    command(`share(${a}, #${n})`, async (model, world) => {
      const id = postOf(model, n);
      if (!id) return;
      const seen = model.visible(a, id);
      const outcome = await world.share(a, id);
      if (!seen) return expect(outcome).toEqual({ refused: "NOT_FOUND" });
      expect("done" in outcome).toBe(seen.audience === "PUBLIC");
      if (seen.audience === "PUBLIC") model.share(a, id);
    }),
  ),
  fc.tuple(person, place).map(([a, n]) =>
    command(`unshare(${a}, #${n})`, async (model, world) => {
      const id = postOf(model, n);
      if (!id) return;
      await world.unshare(a, id);
      model.posts.get(id)?.shares.delete(a);
    }),
  ),
  fc.tuple(person, place).map(([a, n]) =>
    command(`edit(${a}, #${n})`, async (model, world) => {
      const id = postOf(model, n);
      const post = id && model.posts.get(id);
      if (!id || !post) return;
      expect("done" in (await world.edit(a, id))).toBe(post.author === a && !post.deleted);
    }),
  ),
  // Before all is applied a home may miss what is new to it; what must not be seen is never in it.
  person.map((a) =>
    command(`home(${a})`, async (model, world) => {
      const home = await world.home(a);
      expect(new Set(home).size).toBe(home.length);
      const foreign = (id: string) => model.posts.get(id)?.author !== a && model.posts.get(id)?.deleted;
      expect(home.filter((id) => !model.visible(a, id) && !foreign(id))).toEqual([]);
      const own = [...model.posts].filter(([, { author, deleted }]) => author === a && !deleted).map(([id]) => id);
      expect(own.filter((id) => !home.includes(id))).toEqual([]);
    }),
  ),
];

/** Sequences of what five people do to each other while their timelines' machinery breaks down again and again. */
export const homeSequences = (length: number, chaos: Chaos) => {
  const breaking = [
    fc.constantFrom("flush", "part", "promote", "purge", "rescore").map((name) =>
      command(name, async () => {
        await chaos[name as "flush"]();
      }),
    ),
    person.map((a) => command(`rebuild home(${a})`, () => chaos.rebuildHome(a))),
    fc.nat({ max: 63 }).map((n) => command(`rebuild partition(${n})`, () => chaos.rebuildPartition(n))),
    fc.constant(
      command("all homes are right", async (model, world) => {
        await world.settle();
        for (let who = 0; who < PEOPLE; who++) expect([who, await world.home(who)]).toEqual([who, model.home(who)]);
      }),
    ),
  ];
  return fc.commands([...edges, ...writing, ...sharing, ...sharing, ...breaking], { maxCommands: length, size: "max" });
};
