import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Consumer, Delivery, Handling, Keeps, Restoring } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { type Concerned, unsettle } from "../hot/epochs.ts";

const ALL: Concerned = { everybody: true };
type Event = MessageShape<DescMessage>;
type Many = NonNullable<Handling<Deps>["many"]>;

/**
 * A consumer of whose work processes remember what they read: whatever it does, they hear of it. Events, which are those
 * that it handles, concern whom they concern; what is read anew, or repaired, concerns everybody.
 */
export function telling<E>(consumer: Consumer<Deps>, whomOf: (event: E) => Concerned): Consumer<Deps> {
  const whom = whomOf as unknown as (event: Event) => Concerned; // as with all handlers, the schemas stand for the types
  const { keeps } = consumer;
  // Neighbours that are handled together are recognised by sharing one function.
  const shared = new Map<Many, Many>();
  return {
    ...consumer,
    handles: consumer.handles.map(({ schema, apply, many }) => {
      if (many && !shared.has(many)) shared.set(many, tellingMany(many, whom));
      const together = many && shared.get(many);
      return { schema, ...(apply && { apply: tellingOne(apply, whom) }), ...(together && { many: together }) };
    }),
    restores: consumer.restores.map(tellingAll),
    ...(keeps && { keeps: tellingRepairs(keeps) }),
  };
}

const tellingRepairs = (keeps: Keeps<Deps>): Keeps<Deps> => ({
  ...keeps,
  besides: [...new Set([...(keeps.besides ?? []), "stale_copy"])],
  async around(replacing, replace, deps) {
    await unsettle(deps, replacing.tx, ALL);
    await (keeps.around ? keeps.around(replacing, replace, deps) : replace());
  },
});

const tellingOne =
  (apply: NonNullable<Handling<Deps>["apply"]>, whom: (event: Event) => Concerned) =>
  async (delivery: Delivery, deps: Deps): Promise<void> => {
    await unsettle(deps, delivery.tx, whom(delivery.event));
    await apply(delivery, deps);
  };

const tellingMany =
  (many: Many, whom: (event: Event) => Concerned): Many =>
  async (deliveries, tx, deps) => {
    await unsettle(deps, tx, joined(deliveries.map(({ event }) => whom(event))));
    await many(deliveries, tx, deps);
  };

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
