import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Revocation } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Actor } from "../context.ts";

/** What this process knows to be revoked while tokens for it may still be alive. */
export interface Revocations {
  /** Takes in what identity reported. */
  add(revocations: readonly Revocation[]): void;
  revoked(actor: Actor): boolean;
  /** Forgets what no living token can concern. */
  prune(now: Date): void;
  readonly size: number;
}

interface Ended {
  at: number;
  until: number;
  kept: string;
}

/** An empty set; it is filled by polling identity. */
export function createRevocations(): Revocations {
  const sessions = new Map<string, number>();
  const accounts = new Map<string, Ended[]>();
  return {
    add(revocations) {
      for (const { subject, revokedAt, expiresAt, keptSessionId } of revocations) {
        if (!revokedAt || !expiresAt) continue;
        const until = timestampDate(expiresAt).getTime();
        if (subject.case === "sessionId") sessions.set(subject.value, until);
        if (subject.case === "accountId") {
          const ended = { at: timestampDate(revokedAt).getTime(), until, kept: keptSessionId };
          accounts.set(subject.value, [...(accounts.get(subject.value) ?? []), ended]);
        }
      }
    },
    revoked(actor) {
      if (sessions.has(actor.sessionId)) return true;
      const ended = accounts.get(actor.accountId);
      const spared = (kept: string) => kept !== "" && kept === actor.sessionId; // "" names no session
      return ended?.some(({ at, kept }) => !spared(kept) && actor.issuedAt.getTime() <= at) ?? false;
    },
    prune(now) {
      const time = now.getTime();
      for (const [id, until] of sessions) if (until < time) sessions.delete(id);
      for (const [id, ended] of accounts) {
        const left = ended.filter(({ until }) => until >= time);
        if (left.length > 0) accounts.set(id, left);
        else accounts.delete(id);
      }
    },
    get size() {
      return sessions.size + accounts.size;
    },
  };
}
