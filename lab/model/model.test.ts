import fc from "fast-check";
import { expect, test } from "vitest";
import { as, startTestMesh } from "#mesh/testing.ts";
import { everything } from "../../main.ts";
import { auditOf } from "./audit.ts";
import { auditor } from "./auditor.ts";
import { PEOPLE, sequences } from "./commands.ts";
import { meshWorld } from "./mesh-world.ts";
import { populate } from "./population.ts";
import { differences } from "./quiet.ts";
import { Reference } from "./reference.ts";

/** `npm run lab:model` runs longer; MODEL_SEED repeats a run that failed. */
const RUNS = Number(process.env.MODEL_RUNS ?? 200);
const LENGTH = Number(process.env.MODEL_LENGTH ?? 50);
const SEED = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`the mesh does what the model says: ${RUNS} sequences of up to ${LENGTH} commands, seed ${SEED}`, async () => {
  await using mesh = await startTestMesh([...everything.filter(({ edge }) => !edge), auditor]);
  const crowd = await populate(mesh, PEOPLE * RUNS);
  const audit = auditOf(mesh);
  let taken = 0;
  let commandsRun = 0;
  const property = fc.asyncProperty(sequences(LENGTH), async (commands) => {
    // While a failure is made smaller, further people are needed.
    const people =
      taken < crowd.length ? crowd.slice(taken, taken + PEOPLE) : await populate(mesh, PEOPLE, `s${taken}`);
    taken += PEOPLE;
    const world = meshWorld({
      people,
      client: (contract) => mesh.client(contract),
      as: (who) => as(people[who] as string),
      settle: () => mesh.settle(),
      audit,
    });
    const model = new Reference();
    await fc.asyncModelRun(() => ({ model, real: world }), commands);
    commandsRun += [...commands].length;
    await world.settle();
    expect(await differences(model, world)).toEqual([]);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  process.stderr.write(`${JSON.stringify({ seed: SEED, sequences: RUNS, commands: commandsRun })}\n`);
  expect(await audit()).toEqual([]);
}, 900_000);
