import fc from "fast-check";
import { expect } from "vitest";
import type { Reference } from "./reference.ts";
import type { Audience, Outcome, World } from "./world.ts";

type Command = fc.AsyncCommand<Reference, World>;

/** Accounts that take part in one sequence. */
export const PEOPLE = 5;

const done = (outcome: Outcome<unknown>): boolean => "done" in outcome;
const refusedLikeMissing = (outcome: Outcome<unknown>) => expect(outcome).toEqual({ refused: "NOT_FOUND" });

/** A command that always may run; its name is what a failing sequence shows. */
export const command = (name: string, run: (model: Reference, world: World) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
});

/** The post that a number means: the same for the same history. */
export const postOf = (model: Reference, place: number): string | undefined => {
  const all = [...model.posts.keys()];
  return all.length === 0 ? undefined : all[place % all.length];
};

export const person = fc.integer({ min: 0, max: PEOPLE - 1 });
const two = fc.tuple(person, person).filter(([a, b]) => a !== b);
export const place = fc.nat({ max: 30 });

export const edges = [
  two.map(([a, b]) =>
    command(`follow(${a}, ${b})`, async (model, world) => {
      const outcome = await world.follow(a, b);
      if (model.follow(a, b)) return expect(done(outcome)).toBe(true);
      // One's own block is one's own doing, and is said; the other's is not.
      if (!model.blocks.has(`${a} ${b}`)) refusedLikeMissing(outcome);
      expect(done(outcome)).toBe(false);
    }),
  ),
  two.map(([a, b]) =>
    command(`unfollow(${a}, ${b})`, async (model, world) => {
      await world.unfollow(a, b);
      model.follows.delete(`${a} ${b}`);
    }),
  ),
  two.map(([a, b]) =>
    command(`block(${a}, ${b})`, async (model, world) => {
      const outcome = await world.block(a, b);
      // One may block who blocks oneself, but is not told that they are there.
      if (!done(outcome)) return expect(model.blocks.has(`${b} ${a}`)).toBe(true);
      model.block(a, b);
      // Neither sees the other any more, from this answer on.
      for (const [viewer, author] of [
        [a, b],
        [b, a],
      ] as const) {
        const post = [...model.posts].findLast(([, one]) => one.author === author)?.[0];
        if (post) expect(await world.see(viewer, post)).toBeUndefined();
      }
      await world.settle(); // the other one's edge is cut by event
    }),
  ),
  two.map(([a, b]) =>
    command(`unblock(${a}, ${b})`, async (model, world) => {
      expect(done(await world.unblock(a, b))).toBe(true);
      model.blocks.delete(`${a} ${b}`);
    }),
  ),
  two.map(([a, b]) =>
    command(`mute(${a}, ${b})`, async (model, world) => {
      if (done(await world.mute(a, b))) model.mutes.add(`${a} ${b}`);
      else expect(model.blocked(a, b)).toBe(true);
    }),
  ),
  two.map(([a, b]) =>
    command(`unmute(${a}, ${b})`, async (model, world) => {
      await world.unmute(a, b);
      model.mutes.delete(`${a} ${b}`);
    }),
  ),
];

const audiences = fc.constantFrom<Audience>("PUBLIC", "PUBLIC", "PUBLIC", "FOLLOWERS", "PRIVATE");
export const writing = [
  fc.tuple(person, audiences).map(([a, audience]) =>
    command(`post(${a}, ${audience})`, async (model, world) => {
      const outcome = await world.post(a, audience);
      if (!("done" in outcome)) throw new Error(`a post was refused: ${outcome.refused}`);
      model.publish(outcome.done, a, audience);
    }),
  ),
  fc.tuple(person, place).map(([a, n]) =>
    command(`reply(${a}, #${n})`, async (model, world) => {
      const parent = postOf(model, n);
      if (!parent) return;
      const seen = model.visible(a, parent);
      const outcome = await world.post(a, seen?.audience ?? "PUBLIC", parent);
      if (!seen) return refusedLikeMissing(outcome);
      if (!("done" in outcome)) throw new Error(`a reply was refused: ${outcome.refused}`);
      model.publish(outcome.done, a, seen.audience, parent);
    }),
  ),
  fc.tuple(person, place).map(([a, n]) =>
    command(`delete(${a}, #${n})`, async (model, world) => {
      const id = postOf(model, n);
      const post = id && model.posts.get(id);
      if (!id || !post) return;
      const outcome = await world.deletePost(a, id);
      expect(done(outcome)).toBe(post.author === a);
      if (post.author === a) post.deleted = true;
    }),
  ),
  fc.tuple(person, place).map(([a, n]) =>
    command(`like(${a}, #${n})`, async (model, world) => {
      const id = postOf(model, n);
      if (!id) return;
      const seen = model.visible(a, id);
      const outcome = await world.like(a, id);
      if (!seen) return refusedLikeMissing(outcome);
      expect(done(outcome)).toBe(true);
      seen.likes.add(a);
    }),
  ),
  fc.tuple(person, place).map(([a, n]) =>
    command(`unlike(${a}, #${n})`, async (model, world) => {
      const id = postOf(model, n);
      if (!id) return;
      await world.unlike(a, id); // taking back needs no sight of the post
      model.posts.get(id)?.likes.delete(a);
    }),
  ),
];

const looking = [
  fc.tuple(person, place).map(([a, n]) =>
    command(`see(${a}, #${n})`, async (model, world) => {
      const id = postOf(model, n);
      if (id) expect(await world.see(a, id)).toEqual(model.seen(a, id));
    }),
  ),
  two.map(([a, b]) =>
    command(`following(${a}, ${b})`, async (model, world) => {
      expect(await world.following(a, b)).toBe(model.follows.has(`${a} ${b}`));
    }),
  ),
];

/** Sequences of what five people do to each other. */
export const sequences = (length: number) =>
  fc.commands([...edges, ...writing, ...looking], { maxCommands: length, size: "max" });
