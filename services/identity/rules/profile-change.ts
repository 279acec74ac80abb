import type { ProfileChange, UpdateProfileRequest } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { meshFailure } from "#mesh/failure.ts";
import { failure } from "../failures.ts";
import type { AccountRow } from "../store/accounts.ts";
import type { AccountPatch, PersonPatch } from "../store/changes.ts";
import { tidy, tidyLine } from "./tidy.ts";

/** What an update comes to: only what differs from the account as it is. */
export interface Difference {
  readonly public: AccountPatch;
  readonly personal: PersonPatch;
}

type Field = Exclude<keyof ProfileChange, `$${string}`>;

const FIELDS: Record<string, Field> = {
  display_name: "displayName",
  bio: "bio",
  avatar_media_id: "avatarMediaId",
  legal_name: "legalName",
  birth_date: "birthDate",
};

/** The fields that a request means: those of its mask, or without one those that are set. Unknown ones are refused. */
function fieldsOf({ change, updateMask }: UpdateProfileRequest): Set<Field> {
  const paths = updateMask?.paths ?? [];
  if (paths.length === 0) return new Set(Object.values(FIELDS).filter((field) => change?.[field]));
  return new Set(
    paths.map((path) => {
      const field = Object.hasOwn(FIELDS, path) ? FIELDS[path] : undefined;
      if (!field)
        throw failure("UNKNOWN_FIELD", {
          facts: { field: path },
          fields: { [`update_mask.${path}`]: "is not a field of ProfileChange" },
        });
      return field;
    }),
  );
}

/** Compares what is asked with what is; refuses what no account can have. */
export function differenceOf(row: AccountRow, request: UpdateProfileRequest, now: Date): Difference {
  const { change } = request;
  const fields = fieldsOf(request);
  if (!change || fields.size === 0) return { public: {}, personal: {} };
  if (fields.has("birthDate")) refuseImpossible(change.birthDate, now);
  const open: AccountPatch = {
    ...(fields.has("displayName") && { display_name: tidyLine(change.displayName) || row.handle }),
    ...(fields.has("bio") && { bio: tidy(change.bio) }),
    ...(fields.has("avatarMediaId") && { avatar_media_id: change.avatarMediaId.toLowerCase() || null }),
  };
  const personal: PersonPatch = {
    ...(fields.has("legalName") && { legal_name: tidyLine(change.legalName) }),
    ...(fields.has("birthDate") && { birth_date: change.birthDate }),
  };
  return { public: changed(row, open), personal: changed(row, personal) };
}

const changed = <P extends object>(row: AccountRow, patch: P): P =>
  Object.fromEntries(Object.entries(patch).filter(([name, value]) => row[name as keyof AccountRow] !== value)) as P;

function refuseImpossible(birthDate: string, now: Date): void {
  if (birthDate === "") return;
  const day = new Date(`${birthDate}T00:00:00Z`);
  const real = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(birthDate) && day <= now;
  if (!real)
    throw meshFailure("INVALID_REQUEST", { fields: { "change.birth_date": "is no day that anybody was born on" } });
}
