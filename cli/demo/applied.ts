import { setTimeout as sleep } from "node:timers/promises";
import { rosterOf } from "#mesh/host/shared.ts";
import type { Service } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import { exits, Refusal } from "../command.ts";
import type { Stores } from "./stores.ts";

const LOOK_MS = 250;
/** So long nothing may move before it is given up. */
const PATIENCE_MS = 30_000;

/** A consumer that has not applied everything yet. */
export interface Behind {
  readonly service: string;
  readonly consumer: string;
  readonly source: string;
  readonly events: number;
}

interface Place {
  readonly consumer: string;
  readonly source: string;
  readonly partition: number;
  readonly seq: string;
}

/** What the consumers of all services still have to apply, read from where they keep their positions. */
export async function behindOf(services: readonly Service[], stores: Stores): Promise<Behind[]> {
  const { ownerOfPackage } = rosterOf(services);
  const heads = await headsOf(stores);
  const consuming = services.filter(({ name, consumes = [] }) => stores.has(name) && consumes.length > 0);
  const all = consuming.map(async ({ name: service, consumes = [] }) => {
    const places = (await stores
      .get(service)
      ?.query<Place>(sql`select consumer, source, partition, seq from consumer_position`)) as Place[];
    return consumes.flatMap(({ name: consumer, handles }) => {
      const sources = new Set(handles.map(({ schema }) => ownerOfPackage(schema.file.proto.package) ?? ""));
      return [...sources].map((source) => {
        const mine = places.filter((place) => place.consumer === consumer && place.source === source);
        const at = new Map(mine.map(({ partition, seq }) => [partition, Number(seq)]));
        const left = (heads.get(source) ?? []).map(([partition, seq]) => Math.max(0, seq - (at.get(partition) ?? 0)));
        return { service, consumer, source, events: left.reduce((sum, one) => sum + one, 0) };
      });
    });
  });
  return (await Promise.all(all)).flat().filter(({ events }) => events > 0);
}

async function headsOf(stores: Stores): Promise<Map<string, (readonly [partition: number, seq: number])[]>> {
  const read = [...stores].map(async ([service, db]) => {
    const rows = await db.query<{ partition: number; seq: string }>(sql`select partition, seq from log_head`);
    return [service, rows.map(({ partition, seq }) => [partition, Number(seq)] as const)] as const;
  });
  return new Map(await Promise.all(read));
}

/** Waits until everything that was announced is applied everywhere; gives up when nothing moves any more. */
export async function untilApplied(
  services: readonly Service[],
  stores: Stores,
  { signal, note, patienceMs = PATIENCE_MS }: Waiting,
): Promise<void> {
  let [least, movedAt] = [Number.POSITIVE_INFINITY, performance.now()];
  for (;;) {
    signal.throwIfAborted();
    const behind = await behindOf(services, stores);
    const events = behind.reduce((sum, one) => sum + one.events, 0);
    if (events === 0) return;
    if (events < least) [least, movedAt] = [events, performance.now()];
    const [worst] = behind.toSorted((a, b) => b.events - a.events);
    note(`${events.toLocaleString("en")} to go, most for ${worst?.consumer} of ${worst?.service}`);
    if (performance.now() - movedAt > patienceMs)
      throw new Refusal(
        exits.failed,
        `everything is written, but ${worst?.consumer} of ${worst?.service} does not apply it: ${events.toLocaleString("en")} events wait`,
        "see: ./skein logs, ./skein events report",
        { behind },
      );
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** How it is waited. */
export interface Waiting {
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
  readonly patienceMs?: number;
}
