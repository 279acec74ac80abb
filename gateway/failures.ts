import { Code } from "@connectrpc/connect";
import { failuresOf } from "#mesh/failure.ts";

/** What only the public edge can refuse; everything else comes from the mesh or from a service. */
export const failure = failuresOf("gateway", {
  ORIGIN_REFUSED: [Code.PermissionDenied, "pages of this origin may not call here"],
  HOST_REFUSED: [Code.PermissionDenied, "this server does not answer to that host name"],
  REQUEST_MALFORMED: [Code.InvalidArgument, "the request cannot be understood"],
  METHOD_NOT_ALLOWED: [Code.Unimplemented, "this path does not take that HTTP method"],
  NOTHING_HERE: [Code.Unimplemented, "there is nothing at this path"],
  SERVICE_UNNAMED: [Code.InvalidArgument, "every service serves this: say whom you mean in the header Skein-Service"],
  SERVICE_UNKNOWN: [Code.InvalidArgument, "the header Skein-Service names no service that serves this"],
  KEYS_UNAVAILABLE: [Code.Unavailable, "access tokens cannot be verified just now: try again shortly"],
});
