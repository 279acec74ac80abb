import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Circle, InteractionPolicySchema } from "#gen/skein/content/v1/post_pb.ts";
import { settledPolicy } from "./policy.ts";

const everybody = { reply: Circle.EVERYONE, quote: Circle.EVERYONE, quoteNeedsApproval: false };

test.each([
  { said: undefined, settled: everybody },
  { said: {}, settled: everybody },
  { said: { reply: Circle.NOBODY }, settled: { ...everybody, reply: Circle.NOBODY } },
  {
    said: { quote: Circle.FOLLOWERS, quoteNeedsApproval: true },
    settled: { ...everybody, quote: Circle.FOLLOWERS, quoteNeedsApproval: true },
  },
])("a policy of which $said is said means $settled", ({ said, settled }) => {
  expect(settledPolicy(said && create(InteractionPolicySchema, said))).toMatchObject(settled);
});
