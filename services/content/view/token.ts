import type { DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { Cursors } from "#mesh/cursor.ts";

/** The token of a list that goes on at a place of its own making. */
export const tokenFor = <M extends DescMethod>(
  cursors: Cursors,
  method: M,
  request: MessageShape<M["input"]>,
  place: readonly string[],
  startedAt: Date,
): string => cursors.page(method, request, [place, place], 1, (key) => key, startedAt).nextPageToken;
