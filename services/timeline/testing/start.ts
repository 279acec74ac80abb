import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Snapshot } from "#mesh/log/snapshot.ts";
import type { AnyRpc } from "#mesh/service.ts";
import { type ToyDeps, toy } from "#mesh/testing/toy.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { timeline } from "../index.ts";

type Handlers = Record<string, (deps: ToyDeps) => AnyRpc>;

/** timeline among toy owners, which announce what a test says. */
export interface TimelineMesh extends TestMesh {
  readonly timeline: Deps;
  /** Announces something as its owner would. */
  announce<E extends DescMessage>(schema: E, ...inits: MessageInitShape<E>[]): Promise<void>;
}

const OWNERS: Record<string, string> = { content: "content", graph: "social-graph", identity: "identity" };

/** Starts it; handlers of the toys and content's snapshots are a test's own. */
export async function startTimeline(
  env: Record<string, string> = {},
  toys: { content?: Handlers; graph?: Handlers; identity?: Handlers; snapshots?: readonly Snapshot[] } = {},
): Promise<TimelineMesh> {
  const mesh = await startTestMesh(
    [
      toy("social-graph", [GraphService], toys.graph ?? {}),
      toy("identity", [IdentityService], toys.identity ?? {}),
      toy("content", [PostService], toys.content ?? {}, {}, { snapshots: toys.snapshots ?? [] }),
      timeline,
    ],
    env,
  );
  return {
    ...mesh,
    timeline: mesh.deps<Deps>("timeline"),
    async announce(schema, ...inits) {
      const owner = OWNERS[schema.typeName.split(".")[1] ?? ""] ?? "";
      const { db } = mesh.deps<ToyDeps>(owner);
      await db.commit(undefined, async (tx) => {
        for (const init of inits) tx.publish(schema, init);
      });
    },
  };
}
