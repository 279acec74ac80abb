import { createHash } from "node:crypto";
import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";

/** What everybody sees of an account, as identity says it too when the two are compared: its digest has the same recipe. */
export const faceOf = ({ handle, displayName, bio, avatarMediaId }: Profile): string =>
  createHash("md5").update([handle, displayName, bio, avatarMediaId].join("\x1f")).digest("hex");
