import { Code } from "@connectrpc/connect";
import { failuresOf } from "#mesh/failure.ts";

/** Everything that callers of identity must reckon with. */
export const failure = failuresOf("identity", {
  HANDLE_TAKEN: [Code.AlreadyExists, "that handle is taken"],
  HANDLE_RESERVED: [Code.InvalidArgument, "that handle is reserved"],
  HANDLE_COOLDOWN: [Code.FailedPrecondition, "the handle was changed a short while ago"],
  EMAIL_TAKEN: [Code.AlreadyExists, "that address already has an account"],
  ACCOUNT_NOT_FOUND: [Code.NotFound, "no such account"],
  BAD_CREDENTIALS: [Code.Unauthenticated, "login, password or code is wrong"],
  CODE_REQUIRED: [Code.Unauthenticated, "a code of the second factor is needed"],
  REFRESH_INVALID: [Code.Unauthenticated, "the refresh token is not valid: sign in again"],
  REFRESH_SUPERSEDED: [Code.Aborted, "the refresh token was just used by somebody else"],
  REFRESH_REUSED: [Code.Unauthenticated, "the refresh token was used before: the session has been ended"],
  ONE_TIME_TOKEN_INVALID: [Code.InvalidArgument, "the token is not valid, or was used, or has expired"],
  ETAG_MISMATCH: [Code.Aborted, "the profile changed in between: read it again"],
  UNKNOWN_FIELD: [Code.InvalidArgument, "the update mask names an unknown field"],
  PASSWORD_TOO_WEAK: [Code.InvalidArgument, "that password is among the first that anybody would try"],
  TOTP_NOT_ENROLLED: [Code.FailedPrecondition, "enroll a second factor first"],
  TOTP_ALREADY_ON: [Code.FailedPrecondition, "the second factor is on already"],
  TOTP_OFF: [Code.FailedPrecondition, "the second factor is off"],
  SCOPE_UNKNOWN: [Code.InvalidArgument, "no method needs that scope"],
  TOO_MANY_APP_TOKENS: [Code.ResourceExhausted, "revoke an app token before making another"],
  LAST_ADMINISTRATOR: [Code.FailedPrecondition, "the last administrator stays one"],
  STATE_FORBIDS: [Code.FailedPrecondition, "the account's state does not allow that"],
  TOO_MANY_GUESSES: [Code.ResourceExhausted, "too many wrong passwords for this account: wait"],
  VISIBILITY_UNKNOWN: [Code.Unavailable, "who may see whom cannot be said just now: try again shortly"],
  BUSY: [Code.ResourceExhausted, "too many sign-ins at once: try again shortly"],
});
