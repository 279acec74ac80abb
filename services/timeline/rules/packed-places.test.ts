import { expect, test } from "vitest";
import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { realLent } from "#mesh/lent.ts";
import { countPlaces, packPlaces, unpackPlaces } from "./packed-places.ts";

const { ids } = realLent();
const { PUSHED, PULLED, HASHTAG } = ItemSource;
const places = [
  { id: ids.next(), source: PULLED },
  { id: ids.next(), source: HASHTAG, hashtag: "weaving" },
  { id: ids.next(), source: PUSHED },
  { id: ids.next(), source: HASHTAG, hashtag: "spinnerinnenkunst_größe" },
];

test("places come out as they went in, whole or in part", () => {
  const packed = packPlaces(places);
  expect(countPlaces(packed)).toBe(4);
  expect(unpackPlaces(packed)).toEqual(places);
  expect(unpackPlaces(packed, 1, 2)).toEqual(places.slice(1, 3));
  expect(unpackPlaces(packed, 3, 9)).toEqual(places.slice(3));
  expect(unpackPlaces(packPlaces([]))).toEqual([]);
});
