import type pg from "pg";
import { expect, vi } from "vitest";
import { everything } from "../../main.ts";
import type { Town } from "./shapes.ts";

/** Who announces the events of a package, told by whose contracts lie in it. */
const ownerOf = new Map(
  everything.flatMap(({ name, serves }) => serves.map(({ contract }) => [contract.file.proto.package, name] as const)),
);

/** Every consumer of a service, and whose logs it follows. */
const followed = ({ consumes = [] }: (typeof everything)[number]) =>
  consumes.flatMap(({ name: consumer, handles }) =>
    [...new Set(handles.map(({ schema }) => ownerOf.get(schema.file.proto.package) ?? ""))].map((source) => ({
      consumer,
      source,
    })),
  );

/**
 * Waits until every consumer of every service stands where its source's log ends, and nothing was announced meanwhile;
 * then nothing may have been put aside.
 */
export async function settled(town: Pick<Town, "look">): Promise<void> {
  await using scope = new AsyncDisposableStack();
  const services = everything.filter(({ migrations }) => migrations);
  const looks = await Promise.all(
    services.map(async (service) => ({ service, database: scope.use(await town.look(service.name)) })),
  );
  const headsNow = async () =>
    new Map(await Promise.all(looks.map(async (one) => [one.service.name, await headsOf(one.database)] as const)));

  const behind = async (): Promise<string[]> => {
    const heads = await headsNow();
    const late = await Promise.all(
      looks.map(async ({ service, database }) => {
        const at = await positionsIn(database);
        return followed(service).flatMap(({ consumer, source }) =>
          [...(heads.get(source) ?? [])]
            .filter(([partition, seq]) => (at.get(`${consumer} ${source} ${partition}`) ?? -1n) < seq)
            .map(([partition, seq]) => `${service.name} ${consumer}: ${source} ${partition} up to ${seq}`),
        );
      }),
    );
    const after = await headsNow();
    const announced = looks.filter(({ service: { name } }) => textOf(heads.get(name)) !== textOf(after.get(name)));
    return [...late.flat(), ...announced.map(({ service }) => `${service.name} announced more`)];
  };
  await vi.waitFor(async () => expect(await behind()).toEqual([]), { timeout: 30_000, interval: 50 });
  for (const { database } of looks)
    expect((await database.query("select consumer, cause from dead_letter")).rows).toEqual([]);
}

const textOf = (heads: Map<number, bigint> | undefined) => [...(heads ?? [])].join(" ");

async function headsOf(database: pg.Client): Promise<Map<number, bigint>> {
  const { rows } = await database.query("select partition, seq from log_head where seq > 0 order by partition");
  return new Map(rows.map(({ partition, seq }) => [partition, BigInt(seq)]));
}

async function positionsIn(database: pg.Client): Promise<Map<string, bigint>> {
  const { rows } = await database.query("select consumer, source, partition, seq from consumer_position");
  return new Map(
    rows.map(({ consumer, source, partition, seq }) => [`${consumer} ${source} ${partition}`, BigInt(seq)]),
  );
}
