import type { DescService } from "@bufbuild/protobuf";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { optionsOf } from "#mesh/contract.ts";

/** Every contract of ours; a test compares the list with gen/, so that a new service is not forgotten. */
export const CONTRACTS: readonly DescService[] = [
  CredentialService,
  GatewayInfoService,
  IdentityService,
  PrivacyService,
  SessionService,
];

/** All scopes that some public method asks app tokens for. */
export const SCOPES: ReadonlySet<string> = new Set(
  CONTRACTS.flatMap(({ methods }) => methods.map(optionsOf))
    .filter(({ public: open, scope }) => open && scope !== "")
    .map(({ scope }) => scope),
);

/** Those of the asked scopes that no method needs. */
export const unknownScopes = (scopes: readonly string[]): string[] => scopes.filter((scope) => !SCOPES.has(scope));
