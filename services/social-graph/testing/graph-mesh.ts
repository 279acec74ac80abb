import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { AccountRowSchema } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import { snapshot } from "#mesh/log/snapshot.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { type ToyDeps, toy } from "#mesh/testing/toy.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { socialGraph } from "../index.ts";

/** What the toy identity's snapshot of accounts consists of; a test fills it. */
export const identityRows: MessageInitShape<typeof AccountRowSchema>[] = [];

const accounts = snapshot(
  "account",
  AccountRowSchema,
  (partition, after, limit) => {
    const rows = identityRows.flatMap((row, at) =>
      partitionOf(row.profile?.accountId ?? "") === partition ? [at] : [],
    );
    return sql`select lpad(at::text, 9, '0') as key, at from unnest(${rows}::int[]) as at
      where lpad(at::text, 9, '0') > ${after} order by key limit ${limit}::int`;
  },
  ({ at }: { at: number }) => identityRows[at] ?? {},
);

/** Stand for the services whose events social-graph consumes: what they announce is up to the test. */
const peers = [
  toy("identity", [IdentityService], {}, {}, { snapshots: [accounts] }),
  toy("content", [PostService], {}),
];

/** The service on a database of its own, beside peers that are silent until a test speaks for them. */
export const startGraphMesh = (env: Record<string, string> = {}): Promise<TestMesh> =>
  startTestMesh([socialGraph, ...peers], env);

/** Announces something in another service's name. */
export const announce = <E extends DescMessage>(
  mesh: TestMesh,
  source: "identity" | "content",
  schema: E,
  init: MessageInitShape<E>,
): Promise<void> =>
  mesh.deps<ToyDeps>(source).db.commit(undefined, async (tx) => {
    tx.publish(schema, init);
  });
