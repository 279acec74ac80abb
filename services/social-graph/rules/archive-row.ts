import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import type { GraphRow } from "#gen/skein/graph/v1/archive_pb.ts";
import { type ScopeName, scopeNames } from "./mute-scopes.ts";

/** Whom a row is about, as far as it says so. */
export interface Named {
  readonly accountId: string;
  readonly handle: string;
}

/** What a row of an archive wants. */
export type Wish =
  | (Named & { kind: "follow"; at: Date; hideReposts: boolean; notifyOnPost: boolean; hideFromHome: boolean })
  | (Named & { kind: "block"; at: Date })
  | (Named & { kind: "mute"; at: Date; scopes: readonly ScopeName[]; expiresAt: Date | undefined })
  | (Named & { kind: "list"; at: Date; title: string; exclusive: boolean; hideReposts: boolean });

/** Why a row cannot be read. */
export type Unread = "ROW_INVALID" | "EXPIRY_PAST";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LONGEST_TITLE = 60;
const HANDLE = /^[a-z0-9_]{2,30}$/;
const SCOPES: ReadonlySet<MuteScope> = new Set([MuteScope.HOME, MuteScope.NOTIFICATIONS, MuteScope.REPOSTS]);
/** What both a timestamp message and the database can hold. */
const EARLIEST = Date.UTC(1970);

/** Reads one row; archives come from anywhere, so nothing about it is taken for granted. */
export function wishOf({ accountId, handle, kind }: GraphRow, now: Date): Wish | Unread {
  const named = { accountId: likely(UUID, accountId), handle: likely(HANDLE, handle.trim().replace(/^@/, "")) };
  const nobody = accountId === "" && handle === "" && kind.case === "list";
  if (named.accountId === "" && named.handle === "" && !nobody) return "ROW_INVALID";
  switch (kind.case) {
    case "follow": {
      const at = momentOf(kind.value.followedAt, now);
      const { hideReposts, notifyOnPost, hideFromHome } = kind.value;
      return at ? { ...named, kind: "follow", at, hideReposts, notifyOnPost, hideFromHome } : "ROW_INVALID";
    }
    case "block": {
      const at = momentOf(kind.value.blockedAt, now);
      return at ? { ...named, kind: "block", at } : "ROW_INVALID";
    }
    case "mute": {
      const at = momentOf(kind.value.mutedAt, now);
      const expiresAt = kind.value.expiresAt && dateOf(kind.value.expiresAt);
      const known = kind.value.scopes.every((scope) => SCOPES.has(scope));
      if (!at || !known || (kind.value.expiresAt && !expiresAt)) return "ROW_INVALID";
      if (expiresAt && expiresAt <= now) return "EXPIRY_PAST";
      return { ...named, kind: "mute", at, scopes: scopeNames(kind.value.scopes), expiresAt };
    }
    case "list": {
      const at = momentOf(kind.value.addedAt, now);
      const title = kind.value.title.trim();
      const { exclusive, hideReposts } = kind.value;
      const sound = title !== "" && [...title].length <= LONGEST_TITLE && !title.includes("\0");
      return at && sound ? { ...named, kind: "list", at, title, exclusive, hideReposts } : "ROW_INVALID";
    }
    default:
      return "ROW_INVALID";
  }
}

/** What looks like the name it should be; what was one elsewhere may look like anything. */
function likely(form: RegExp, text: string): string {
  const plain = text.toLowerCase();
  return form.test(plain) ? plain : "";
}

/** When something began: at that moment, but never in the future; now, where the row does not say. */
function momentOf(moment: Timestamp | undefined, now: Date): Date | undefined {
  if (!moment) return now;
  const at = dateOf(moment);
  return at && at > now ? now : at;
}

function dateOf(moment: Timestamp): Date | undefined {
  const at = timestampDate(moment);
  return at.getTime() >= EARLIEST && at.getUTCFullYear() <= 9999 ? at : undefined;
}
