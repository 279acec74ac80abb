import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { type Filter, positionsAt, readOn } from "../log/read-on.ts";
import type { Rpc } from "../service.ts";
import { entryMessage } from "./entry.ts";
import type { OpsParts } from "./parts.ts";

const LOOK_MS = 250;
const ALIVE_MS = 10_000;

/** What this service announces, as it comes. */
export const tailLog = ({ db, lent }: OpsParts): Rpc<typeof OpsService.method.tailLog> =>
  async function* ({ since, types, subjectId, once }, { signal }) {
    const filter: Filter = { types, subject: subjectId };
    let positions = await positionsAt(db.query, since && timestampDate(since));
    yield {};
    let said = lent.clock.now().getTime();
    for (;;) {
      const { entries, positions: next, more } = await readOn(db.query, positions, filter);
      positions = next;
      const now = lent.clock.now().getTime();
      if (entries.length > 0 || now - said >= ALIVE_MS) {
        yield { entries: entries.map(entryMessage) };
        said = now;
      }
      signal.throwIfAborted();
      if (more) continue;
      if (once) return;
      await lent.timers.sleep(LOOK_MS, signal);
    }
  };
