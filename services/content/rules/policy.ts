import { create } from "@bufbuild/protobuf";
import { Circle, type InteractionPolicy, InteractionPolicySchema } from "#gen/skein/content/v1/post_pb.ts";

/** A policy in full words: what is not said is everybody. */
export const settledPolicy = (policy: InteractionPolicy | undefined): InteractionPolicy =>
  create(InteractionPolicySchema, {
    reply: policy?.reply || Circle.EVERYONE,
    quote: policy?.quote || Circle.EVERYONE,
    quoteNeedsApproval: policy?.quoteNeedsApproval ?? false,
  });
