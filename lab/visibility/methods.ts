import type { DescField, DescMethod } from "@bufbuild/protobuf";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { fieldsWithin, optionsOf } from "#mesh/contract.ts";
import { everything } from "../../main.ts";

/** What accounts and posts are made of, wherever it is found. */
const SHOWN = new Set(["skein.identity.v1.Profile", "skein.content.v1.Post", "skein.content.v1.PostCard"]);
/** Ids and handles of others, and numbers that count them or what they did. */
const NAMES =
  /^(handle|.*(account|author|owner|viewer|follower|followee|liker|sharer|voter|mentioned|post|comment|quote|reply_to|replied_to)_ids?)$/;
const NUMBERS = /^(.*count|counts|likes|shares|replies|quotes|votes|voters|followers|following|accounts|posts)$/;

const shows = ({ message }: DescField): boolean => message !== undefined && SHOWN.has(message.typeName);

/** Whether a method is about others: by what it is asked, or by what it answers if that is not the caller's own account. */
export function isAboutOthers(method: DescMethod): boolean {
  const { input, output } = method;
  const { public: open, surface } = optionsOf(method);
  if (!open) return false;
  if ([...fieldsWithin(input)].some(({ name }) => NAMES.test(name))) return true;
  if (surface === Surface.SELF) return false;
  return [...fieldsWithin(output)].some((field) => shows(field) || NAMES.test(field.name) || NUMBERS.test(field.name));
}

/** Every method that can be called from outside. */
export const allMethods: readonly DescMethod[] = everything.flatMap(({ serves }) =>
  serves.flatMap(({ contract }) => contract.methods),
);

/** Short, but nobody else's. */
export const shortName = ({ parent, name }: DescMethod): string => `${parent.name}/${name}`;
