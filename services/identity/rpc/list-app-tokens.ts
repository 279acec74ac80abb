import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { appTokenOf, listLiving } from "../store/app-tokens.ts";

const method = CredentialService.method.listAppTokens;

/** Pages through the caller's living app tokens, newest first; the tokens themselves are not shown again. */
export const listAppTokens =
  ({ db, cursors }: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const limit = pageSize(request.pageSize);
    const { after: [after] = [] } = cursors.read(method, request, request.pageToken);
    const rows = await listLiving(db.query, { accountId: callerOf(ctx), after, now: ctx.now, most: limit + 1 });
    const { items, nextPageToken } = cursors.page(method, request, rows, limit, ({ id }) => [id]);
    return { appTokens: items.map(appTokenOf), nextPageToken };
  };
