import { fromBinary } from "@bufbuild/protobuf";
import { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";

/** The card as it is kept. */
export const cardIn = (bytes: Uint8Array | null) => (bytes ? fromBinary(PostCardSchema, bytes) : undefined);

/** A profile as it is kept. */
export const profileIn = (bytes: Uint8Array | null) => (bytes ? fromBinary(ProfileSchema, bytes) : undefined);
