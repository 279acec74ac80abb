import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Service } from "#mesh/service.ts";
import type { ToyDeps } from "#mesh/testing/toy.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { content } from "../index.ts";
import { createGraph, type Graph } from "./graph.ts";
import { createIdentity, type Identity } from "./identity.ts";

/** content among peers of the test's own. */
export interface ContentMesh extends TestMesh {
  readonly graph: Graph;
  readonly identity: Identity;
  readonly content: Deps;
  /** Announces something as identity would. */
  announce<E extends DescMessage>(schema: E, init: MessageInitShape<E>): Promise<void>;
}

/** Starts content with a toy identity, which announces what a test says, and a toy social-graph. */
export async function startContent(env: Record<string, string> = {}, service: Service = content): Promise<ContentMesh> {
  const [graph, identity] = [createGraph(), createIdentity()];
  const mesh = await startTestMesh([identity.service, graph.service, service], env);
  const { db } = mesh.deps<ToyDeps>("identity");
  return {
    ...mesh,
    graph,
    identity,
    content: mesh.deps<Deps>("content"),
    announce: (schema, init) => db.commit(undefined, async (tx) => tx.publish(schema, init)),
  };
}
