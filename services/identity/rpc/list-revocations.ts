import type { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { revocationsSince } from "../store/revocations.ts";

const MOST = 1000;

/** Tells the other processes what was revoked since they last asked; positions have no gaps, so nothing is missed. */
export const listRevocations =
  ({ db }: Deps): Rpc<typeof SessionService.method.listRevocations> =>
  ({ since, limit }, ctx) =>
    revocationsSince(db.query, { since, limit: limit || MOST, now: ctx.now });
