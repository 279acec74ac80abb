import { RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { issueTokens } from "../gear/issue.ts";
import { queueMail } from "../store/mails.ts";
import { revokeSession } from "../store/revoke.ts";
import { lossOf, type Rotated, rotate, rotatedBefore, type Use } from "../store/rotation.ts";

/** Nobody may refresh with this token any more; the reason is looked for outside the transaction that found it out. */
class Beaten extends Error {}

/** Exchanges a refresh token for fresh tokens, once: a second use soon is refused, a second use later ends the session. */
export const refreshSession =
  (deps: Deps): Rpc<typeof SessionService.method.refreshSession> =>
  async ({ refreshToken }, ctx) => {
    const { db, mint, config } = deps;
    const read = mint.read("refresh", refreshToken);
    if (!read) throw failure("REFRESH_INVALID");
    await deps.signer.ready(ctx.now);
    const use: Use = { ...read, now: ctx.now };
    // The fingerprint of a repeated call knows no secrets: that it brings the same token is checked here.
    const subject = `${use.id} ${use.generation}`;
    const answer = async (rotated: Rotated | undefined) => {
      if (!rotated) throw new Beaten();
      return { tokens: await issueTokens(deps, { sessionId: use.id, ...rotated }, ctx.now) };
    };
    try {
      const expiresAt = new Date(ctx.now.getTime() + config.refreshTtl);
      return await db.commitOnce(
        ctx,
        async ({ query }) => ({ subject, answer: await answer(await rotate(query, use, expiresAt)) }),
        async (earlier) => {
          if (earlier !== subject) throw failure("REFRESH_INVALID");
          return answer(await rotatedBefore(db.query, use));
        },
      );
    } catch (error) {
      if (!(error instanceof Beaten)) throw error;
      throw await afterLoss(deps, use);
    }
  };

/** Ends the session whose token is in two hands, tells its owner, and says how the call fails. */
async function afterLoss(deps: Deps, use: Use): Promise<Error> {
  const { db, config } = deps;
  const lost = await lossOf(db.query, use, config.refreshGrace);
  if (!lost) return failure("REFRESH_INVALID");
  if (lost.loss === "superseded") return failure("REFRESH_SUPERSEDED");
  const { accountId, deviceName, handle, email } = lost;
  const { now } = use;
  // A commit of its own, without the call's idempotency key: it must last although the call fails.
  await db.commit(undefined, async (tx) => {
    const ending = {
      accountId,
      sessionId: use.id,
      reason: RevocationReason.REFRESH_REUSED,
      now,
      ttlMs: config.accessTtl,
    };
    if (await revokeSession(tx, ending))
      await queueMail(tx, deps, { recipient: email, template: "refresh-reused", params: { handle, deviceName }, now });
  });
  return failure("REFRESH_REUSED");
}
