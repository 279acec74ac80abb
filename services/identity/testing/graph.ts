import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { RelationSchema } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import type { BatchCheckVisibilityRequest } from "#gen/skein/graph/v1/relationship_pb.ts";
import type { AnyRpc, Service } from "#mesh/service.ts";
import { toy } from "#mesh/testing/toy.ts";

/** What one test says to the graph that stands beside identity. */
export interface ToyGraph {
  readonly service: Service;
  /** Pairs of (viewer, account): the account blocks the viewer. */
  readonly blocked: Set<string>;
  readonly asked: BatchCheckVisibilityRequest[];
  away: boolean;
  block(viewer: string, account: string): void;
}

/** A graph in which everybody sees everybody, until it is told otherwise. It has heard of nobody. */
export function toyGraph(): ToyGraph {
  const graph: Omit<ToyGraph, "service"> = {
    blocked: new Set(),
    asked: [],
    away: false,
    block(viewer, account) {
      graph.blocked.add(`${viewer} ${account}`);
    },
  };
  const batchCheckVisibility = async (request: BatchCheckVisibilityRequest) => {
    graph.asked.push(request);
    if (graph.away) throw new ConnectError("away", Code.Unavailable);
    const relationOf = (accountId: string) =>
      create(RelationSchema, { accountId, blockedBy: graph.blocked.has(`${request.viewerId} ${accountId}`) });
    return { subjects: request.subjectIds.map((accountId) => ({ relation: relationOf(accountId) })) };
  };
  const service = toy("social-graph", [GraphService], {
    batchCheckVisibility: () => batchCheckVisibility as unknown as AnyRpc,
  });
  return Object.assign(graph, { service });
}
