import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { changed, settingsOf } from "../rules/privacy.ts";
import { readPrivacy, writePrivacy } from "../store/privacy.ts";

/** Of several changes at once each keeps what the others set. */
const ROUNDS = 3;

/** Changes the fields that are set; what is so already is announced to nobody. */
export const updatePrivacySettings =
  ({ db }: Deps): Rpc<typeof GraphService.method.updatePrivacySettings> =>
  async (request, ctx) => {
    const accountId = callerOf(ctx);
    for (let round = 0; round < ROUNDS; round++) {
      const { privacy, version } = await readPrivacy(db.query, accountId);
      const next = changed(privacy, request);
      if (next === privacy) return { settings: settingsOf(privacy, version) };
      if (await writePrivacy(db, ctx, accountId, { privacy: next, version }))
        return { settings: settingsOf(next, version + 1n) };
    }
    throw meshFailure("TOO_BUSY", { retryAfterMs: 100 });
  };
