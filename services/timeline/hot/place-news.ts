import { idsIn } from "../rules/entry-ids.ts";
import type { Entry } from "../view/shapes.ts";
import { type Believed, createBelieved } from "./believed.ts";
import { CANARY, type CopyDeps, incarnationNow } from "./copies.ts";
import { HEAR } from "./keep-script.ts";
import type { Known } from "./memory.ts";

/** What a place in a timeline shows. */
export type Placed = Known | Entry | "GONE";

/** Places in this process's memory, and how much it has heard of what was written since. */
export interface PlaceNews {
  readonly places: Believed<Placed>;
  heard: { incarnation: string; count: number };
  /** Nothing is believed for longer: what a consumer told and then could not commit ends here at the latest. */
  until: number;
  readonly now: () => number;
  /** Under way: what is not sent yet serves everybody who asks until it is. */
  asking: { turn: number; answer: Promise<boolean> } | undefined;
}

const LIFE_MS = 10 * 60_000;

/** Nothing is known yet. */
export const createPlaceNews = (most: number, now: () => number): PlaceNews => ({
  places: createBelieved(most, now),
  heard: { incarnation: "", count: 0 },
  ...{ until: now() + LIFE_MS, now },
  asking: undefined,
});

type Needed = CopyDeps & { readonly placeNews: PlaceNews };

const COUNT_BYTES = 6;

/** Hears which places were written since the last time. True: what is believed of places holds now. */
export function hearPlaces(deps: Needed): Promise<boolean> {
  const { placeNews, redis } = deps;
  const { turn } = redis;
  if (placeNews.asking?.turn === turn) return placeNews.asking.answer;
  const answer = hear(deps);
  const asking = { turn, answer };
  placeNews.asking = asking;
  void answer.then((heard) => {
    if (!heard && placeNews.asking === asking) placeNews.asking = undefined;
  });
  return answer;
}

async function hear(deps: Needed): Promise<boolean> {
  const { placeNews, redis, homes } = deps;
  const incarnation = await incarnationNow(deps);
  if (incarnation === undefined) return false;
  const known = placeNews.heard.incarnation === incarnation ? placeNews.heard.count : 0;
  const told = await redis.runBytes(HEAR, [CANARY], [incarnation, known]).catch(() => undefined);
  if (told === null) homes.incarnations.doubt();
  if (!told) return false;
  listen(placeNews, incarnation, told as Buffer);
  return true;
}

function listen(placeNews: PlaceNews, incarnation: string, told: Buffer): void {
  const { places, heard, now } = placeNews;
  if (now() >= placeNews.until) {
    places.forget();
    placeNews.until = now() + LIFE_MS;
  }
  const count = told.readUIntBE(0, COUNT_BYTES);
  const news = told.subarray(COUNT_BYTES);
  if (heard.incarnation === incarnation && heard.count === count) return;
  if (heard.incarnation !== incarnation || news.length === 0)
    places.forget(); // some of it was missed
  else for (const id of idsIn(news)) places.doubt(id);
  Object.assign(heard, { incarnation, count });
}
