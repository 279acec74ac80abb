import type { MessageInitShape } from "@bufbuild/protobuf";
import { GraphKind, type GraphRowSchema } from "#gen/skein/graph/v1/archive_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { scopesOf } from "../rules/mute-scopes.ts";
import { type ArchiveRow, archivePlaceOf, blockRows, followRows, listRows, muteRows } from "../store/archive.ts";
import { stampOf } from "../store/moments.ts";
import { faceOf, visibleAccounts } from "../store/visible-accounts.ts";

const METHOD = GraphService.method.exportGraph;
const ROWS = { usual: 500, most: 1_000 };

type Kind = MessageInitShape<typeof GraphRowSchema>["kind"];

/** Each kind of rows: where they are read, and how they are handed out. */
const KINDS = {
  [GraphKind.FOLLOWS]: { read: followRows, shown: follow },
  [GraphKind.BLOCKS]: { read: blockRows, shown: block },
  [GraphKind.MUTES]: { read: muteRows, shown: mute },
  [GraphKind.LISTS]: { read: listRows, shown: list },
};

/** Pages through one kind of what the caller's graph consists of, oldest first. */
export const exportGraph =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { db, cursors } = deps;
    const { read, shown } = KINDS[request.kind as keyof typeof KINDS];
    const { after = [] } = cursors.read(METHOD, request, request.pageToken);
    const limit = pageSize(request.pageSize, ROWS.usual, ROWS.most);
    const found = await read(db.query, { ownerId: callerOf(ctx), after, now: ctx.now }, limit + 1);
    const { items, nextPageToken } = cursors.page(METHOD, request, found, limit, archivePlaceOf);
    // Blocks are one's own to see, also of who blocks back.
    const surface = request.kind === GraphKind.BLOCKS ? Surface.SELF : Surface.RELATIONS;
    const seen = await visibleAccounts(
      deps,
      ctx,
      surface,
      items.flatMap(({ id }) => id ?? []),
    );
    const rows = items.map((row) => {
      const handle = (row.id && faceOf(seen.get(row.id)).profile?.handle) || "";
      return { accountId: row.id ?? "", handle, kind: shown(row) };
    });
    return { rows, nextPageToken };
  };

function follow({ moment, hide_reposts, notify_on_post, hide_from_home }: ArchiveRow): Kind {
  const flags = { hideReposts: hide_reposts, notifyOnPost: notify_on_post, hideFromHome: hide_from_home };
  return { case: "follow", value: { ...since("followedAt", moment), ...flags } };
}

function block({ moment }: ArchiveRow): Kind {
  return { case: "block", value: since("blockedAt", moment) };
}

function mute({ moment, scopes, expires_at }: ArchiveRow): Kind {
  const value = { ...since("mutedAt", moment), ...since("expiresAt", expires_at), scopes: scopesOf(scopes) };
  return { case: "mute", value };
}

function list({ moment, title, exclusive, hide_reposts }: ArchiveRow): Kind {
  return { case: "list", value: { ...since("addedAt", moment), title, exclusive, hideReposts: hide_reposts } };
}

/** A moment under the name that the kind has for it; absent where there is none. */
const since = <N extends string>(name: N, moment: string | null) =>
  (moment ? { [name]: stampOf(moment) } : {}) as { [K in N]?: ReturnType<typeof stampOf> };
