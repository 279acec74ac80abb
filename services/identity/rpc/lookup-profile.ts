import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { certain, NOBODY, visibleTo } from "../gear/visibility.ts";
import { readInfo } from "../rules/read-info.ts";
import { profileOf } from "../store/accounts.ts";
import { followHandle } from "../store/handles.ts";

/** Finds a profile by its handle, or by one it had until lately. Two keys in one statement: a cache would save nothing. */
export const lookupProfile =
  (deps: Deps): Rpc<typeof IdentityService.method.lookupProfile> =>
  async ({ handle }, ctx) => {
    const row = await followHandle(deps.db.query, handle.replace(/^@/, ""), ctx.now);
    const there = row && (row.state === "ACTIVE" || row.id === ctx.actor?.accountId);
    const visible = certain(await visibleTo(deps, ctx, [row?.id ?? NOBODY]));
    if (!there || !visible.has(row.id)) throw failure("ACCOUNT_NOT_FOUND");
    return { profile: profileOf(row), redirected: row.former, readInfo: readInfo([]) };
  };
