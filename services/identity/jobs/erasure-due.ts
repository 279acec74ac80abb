import { AccountErasureDueSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { takeErasureDue } from "../store/deletion.ts";

const BATCH = 100;

/** Announces, once each, the accounts whose delay is over; mark and event are committed together. */
export const erasureDue: Job<Deps> = {
  name: "erasure-due",
  everyMs: 60_000,
  async run({ db, clock }, signal) {
    for (let due = BATCH; due === BATCH && !signal.aborted; ) {
      due = await db.commit(undefined, async (tx) => {
        const ids = await takeErasureDue(tx, clock.now(), BATCH);
        for (const accountId of ids) tx.publish(AccountErasureDueSchema, { accountId });
        return ids.length;
      });
    }
  },
};
