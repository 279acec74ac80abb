import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Consumer, Delivery, Handling, Restoring } from "#mesh/consumer.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { type Concerned, unsettle } from "../hot/epochs.ts";

/** Whom an event concerns. */
export type Whom = (event: MessageShape<DescMessage>) => Concerned;

const ALL: Concerned = { everybody: true };

/**
 * A consumer of whose work processes remember what they read: whatever it does, they hear of it. Events concern whom they
 * concern; what is read anew, or repaired, concerns everybody.
 */
export const telling = (consumer: Consumer<Deps>, whom: Whom): Consumer<Deps> => ({
  ...consumer,
  handles: consumer.handles.map((handling) => tellingOf(handling, whom)),
  restores: consumer.restores.map(tellingAll),
  ...(consumer.keeps && {
    keeps: {
      ...consumer.keeps,
      besides: [...new Set([...(consumer.keeps.besides ?? []), "stale_copy"])],
      async around(replacing, replace, deps) {
        await unsettle(deps, replacing.tx, ALL);
        await (consumer.keeps?.around ? consumer.keeps.around(replacing, replace, deps) : replace());
      },
    },
  }),
});

/** Neighbours are recognised by sharing one function: those of one kind go on doing so. */
const wrapped = new WeakMap<object, Map<Whom, Handling<Deps>["many"]>>();

function tellingOf({ schema, apply, many }: Handling<Deps>, whom: Whom): Handling<Deps> {
  if (apply)
    return {
      schema,
      async apply(delivery, deps) {
        await unsettle(deps, delivery.tx, whom(delivery.event));
        await apply(delivery, deps);
      },
    };
  return many ? { schema, many: tellingMany(many, whom) } : { schema };
}

function tellingMany(many: NonNullable<Handling<Deps>["many"]>, whom: Whom): NonNullable<Handling<Deps>["many"]> {
  const known = wrapped.get(many)?.get(whom);
  if (known) return known;
  const made = async (deliveries: readonly Delivery[], tx: Tx, deps: Deps): Promise<void> => {
    await unsettle(deps, tx, joined(deliveries.map(({ event }) => whom(event))));
    await many(deliveries, tx, deps);
  };
  wrapped.set(many, (wrapped.get(many) ?? new Map()).set(whom, made));
  return made;
}

const joined = (all: readonly Concerned[]): Concerned => ({
  viewers: all.flatMap(({ viewers = [] }) => [...viewers]),
  accounts: all.flatMap(({ accounts = [] }) => [...accounts]),
  everybody: all.some(({ everybody = false }) => everybody),
});

const tellingAll = (restoring: Restoring<Deps>): Restoring<Deps> => ({
  ...restoring,
  ...(restoring.clear && {
    async clear(where, deps) {
      await unsettle(deps, where.tx, ALL);
      await restoring.clear?.(where, deps);
    },
  }),
  async apply(rows, deps) {
    await unsettle(deps, rows.tx, ALL);
    await restoring.apply(rows, deps);
  },
});
