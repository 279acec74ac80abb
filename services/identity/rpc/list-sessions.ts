import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { stampOf } from "../store/accounts.ts";
import { listSessions as list } from "../store/sessions.ts";

const METHOD = SessionService.method.listSessions;

/** Pages through the caller's live sessions, newest first. */
export const listSessions =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { after } = cursors.read(METHOD, request, request.pageToken);
    const limit = pageSize(request.pageSize);
    const rows = await list(db.query, { accountId: callerOf(ctx), after, limit, now: ctx.now });
    const { items, nextPageToken } = cursors.page(METHOD, request, rows, limit, ({ created_at, id }) => [
      created_at,
      id,
    ]);
    const sessions = items.map(({ id, device_name, created_at, last_used_at, expires_at }) => ({
      id,
      deviceName: device_name,
      createdAt: stampOf(created_at),
      lastUsedAt: stampOf(last_used_at),
      expiresAt: stampOf(expires_at),
      current: id === ctx.actor?.sessionId,
    }));
    return { sessions, nextPageToken };
  };
