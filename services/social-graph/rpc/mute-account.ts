import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { scopeNames } from "../rules/mute-scopes.ts";
import { allowanceOf } from "../store/allowance.ts";
import { putMute } from "../store/mutes.ts";
import { requireOther } from "../store/visible-accounts.ts";

/** Mutes an account, or replaces scopes and expiry of its mute; what is so already is announced to nobody. */
export const muteAccount =
  (deps: Deps): Rpc<typeof GraphService.method.muteAccount> =>
  async (request, ctx) => {
    const muterId = callerOf(ctx);
    const mutedId = request.accountId.toLowerCase();
    if (mutedId === muterId) throw failure("SELF_MUTE");
    const expiresAt = request.expiresAt && timestampDate(request.expiresAt);
    if (expiresAt && expiresAt <= ctx.now) throw failure("EXPIRY_PAST", { fields: { expires_at: "is past" } });
    const tie = await requireOther(deps, ctx, mutedId);
    const mutedAt = tie.mutedAt ? new Date(tie.mutedAt) : ctx.now;
    const scopes = scopeNames(request.scopes);
    const most = deps.config.mostBlocks;
    if (await putMute(deps.db, ctx, { muterId, mutedId, scopes, mutedAt, expiresAt, most })) return {};
    if (tie.mutedAt) return {};
    const { mutes } = await allowanceOf(deps.db.query, deps.config, muterId);
    if (mutes === 0) throw failure("TOO_MANY_MUTES");
    return {};
  };
