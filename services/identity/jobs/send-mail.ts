import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { Undeliverable } from "../gear/mailer.ts";
import { nextAttempt } from "../rules/mail-retry.ts";
import { writeLetter } from "../rules/mail-templates.ts";
import { type DueMail, letterIn, markFailed, markSent, takeDue } from "../store/mails.ts";

const EVERY_MS = 2_000;
const AT_ONCE = 5;
/** Longer than the mailer's time-outs together: after it, another replica may take the mail for abandoned. */
const HOLD_MS = 120_000;

/** Sends what was written down, at least once, and forgets what was in it. */
export const sendMail: Job<Deps> = {
  name: "send-mail",
  everyMs: EVERY_MS,
  async run(deps, signal) {
    for (;;) {
      signal.throwIfAborted();
      const mails = await takeDue(deps, { now: deps.clock.now(), holdMs: HOLD_MS, most: AT_ONCE });
      const sent = await Promise.all(mails.map((mail) => deliver(deps, mail, signal)));
      const done = mails.filter((_, index) => sent[index]).map(({ id }) => id);
      if (done.length > 0) await markSent(deps, done, deps.clock.now());
      if (mails.length < AT_ONCE) return;
    }
  },
};

async function deliver(deps: Deps, mail: DueMail, signal: AbortSignal): Promise<boolean> {
  const { id, recipient: to, createdAt: date, attempts } = mail;
  if (to === "") return true; // the equal work for an address that nobody has
  try {
    await deps.mailer.send({ id, to, date, ...writeLetter(letterIn(deps, mail), deps.config.publicUrl) }, signal);
    return true;
  } catch (error) {
    const again =
      error instanceof Undeliverable
        ? undefined
        : nextAttempt({ attempts, createdAt: date, now: deps.clock.now(), chance: deps.chance });
    await markFailed(deps, { id, failure: String(error), again });
    // The server's words may hold the address, which belongs in no log: they are kept with the mail.
    const { code, responseCode } = error as { code?: string; responseCode?: number };
    deps.log.warn(
      { mail: id, template: mail.template, attempts, code, responseCode, again },
      again ? "mail not sent yet" : "mail given up",
    );
    return false;
  }
}
