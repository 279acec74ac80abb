import { failure } from "../failures.ts";

/** Names that would pass for the house itself, or for an address within it. */
export const RESERVED: ReadonlySet<string> = new Set(
  `about abuse account accounts admin administrator administrators anonymous api app apps assets auth billing blog bot
  contact deleted dev docs email everyone explore favicon feed health help here home hostmaster identity info legal login
  logout mail me media mod moderation moderator moderators null noreply notification notifications oauth official operator
  ops owner postmaster privacy profile register root search secure security server session sessions settings signin
  signout signup skein skeinteam staff static status support sysadmin system team terms timeline token undefined unknown
  user users verified verify web webmaster wellknown www`.split(/\s+/),
);

/** A handle as it is compared and claimed: lower case, without a leading @. */
export const plainHandle = (text: string): string => text.replace(/^@/, "").toLowerCase();

/** Whether nobody may take the handle; underscores around and within do not make another of it. */
export const isReserved = (handle: string): boolean => RESERVED.has(plainHandle(handle).replaceAll("_", ""));

/** Refuses a handle that nobody may take. */
export function refuseReservedHandle(handle: string): void {
  if (isReserved(handle))
    throw failure("HANDLE_RESERVED", { facts: { field: "handle" }, fields: { handle: "is reserved" } });
}
