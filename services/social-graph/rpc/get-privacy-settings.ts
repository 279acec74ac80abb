import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { settingsOf } from "../rules/privacy.ts";
import { readPrivacy } from "../store/privacy.ts";

/** The caller's own settings, or the defaults. */
export const getPrivacySettings =
  ({ db }: Deps): Rpc<typeof GraphService.method.getPrivacySettings> =>
  async (_, ctx) => {
    const { privacy, version } = await readPrivacy(db.query, callerOf(ctx));
    return { settings: settingsOf(privacy, version) };
  };
