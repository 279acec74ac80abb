import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { profileOf, rolesOf } from "../store/accounts.ts";
import { readRoleHolders } from "../store/roles.ts";

const method = IdentityService.method.listRoles;
const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** Pages through the accounts above user, hidden ones included: who has power must be seen. */
export const listRoles =
  ({ db, cursors }: Deps): Rpc<typeof method> =>
  async (request) => {
    const { after = [BEFORE_ALL] } = cursors.read(method, request, request.pageToken);
    const limit = pageSize(request.pageSize);
    const rows = await readRoleHolders(db.query, after[0] ?? BEFORE_ALL, limit + 1);
    const { items, nextPageToken } = cursors.page(method, request, rows, limit, ({ id }) => [id]);
    return { holders: items.map((row) => ({ profile: profileOf(row), roles: rolesOf(row) })), nextPageToken };
  };
