import type { DescService } from "@bufbuild/protobuf";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { optionsOf } from "#mesh/contract.ts";

/** Every contract of ours; a test compares the list with gen/, so that a new service is not forgotten. */
export const CONTRACTS: readonly DescService[] = [
  CollectionService,
  ContentFilterService,
  CredentialService,
  DraftService,
  EngagementService,
  GatewayInfoService,
  GraphService,
  HashtagService,
  IdentityService,
  InteractionService,
  ListService,
  OpsService,
  PollService,
  PostService,
  PrivacyService,
  ProjectionAdminService,
  SearchService,
  SessionService,
  TimelineService,
  ThreadService,
];

/** All scopes that some public method asks app tokens for. */
export const SCOPES: ReadonlySet<string> = new Set(
  CONTRACTS.flatMap(({ methods }) => methods.map(optionsOf))
    .filter(({ public: open, scope }) => open && scope !== "")
    .map(({ scope }) => scope),
);

/** Those of the asked scopes that no method needs. */
export const unknownScopes = (scopes: readonly string[]): string[] => scopes.filter((scope) => !SCOPES.has(scope));
