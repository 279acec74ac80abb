import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import type { Letter } from "../rules/mail-templates.ts";

/** A mail as its cause writes it down: which letter, with what in it, to whom. */
export type Queued = Letter & {
  /** Empty for an address that nobody has: the work is the same, and nothing is sent. */
  readonly recipient: string;
  readonly now: Date;
};

/** Writes down that a mail is to be sent, in the transaction of its cause; the job sends it. */
export async function queueMail(tx: Tx, deps: Pick<Deps, "ids" | "vault">, mail: Queued): Promise<void> {
  const { recipient, template, params, now } = mail;
  const id = deps.ids.next();
  // Params hold tokens, so they rest sealed: a copy of the database must not open anybody's account.
  const sealed = deps.vault.seal(sealedFor(id), Buffer.from(JSON.stringify(params))).toString("base64");
  await tx.query(sql`insert into mail (id, recipient, template, params, created_at, due_at)
    values (${id}, ${recipient}, ${template}, ${JSON.stringify({ sealed })}::jsonb, ${now}, ${now})`);
}

/** A mail that is due; its letter is still sealed. */
export interface DueMail {
  readonly id: string;
  readonly recipient: string;
  readonly template: Letter["template"];
  readonly params: { readonly sealed: string };
  readonly createdAt: Date;
  /** This attempt included. */
  readonly attempts: number;
}

type MailRow = Omit<DueMail, "createdAt"> & { created_at: string };

/** Takes due mails that nobody else is sending. Who dies while sending leaves them due again when the hold is over. */
export async function takeDue(
  { db }: Pick<Deps, "db">,
  { now, holdMs, most }: { now: Date; holdMs: number; most: number },
): Promise<DueMail[]> {
  const rows = await db.query<MailRow>(sql`
    update mail set attempts = mail.attempts + 1, due_at = ${new Date(now.getTime() + holdMs)}
    from (select id from mail where sent_at is null and due_at <= ${now} order by due_at
      limit ${most}::int for update skip locked) as due
    where mail.id = due.id returning mail.id, recipient, template, params, created_at, attempts`);
  return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: new Date(created_at) }));
}

/** Opens what is in a mail. */
export function letterIn({ vault }: Pick<Deps, "vault">, { id, template, params }: DueMail): Letter {
  const opened: unknown = JSON.parse(vault.open(sealedFor(id), Buffer.from(params.sealed, "base64")).toString());
  return { template, params: opened } as Letter;
}

/** Notes that mails are sent and forgets what was in them. */
export async function markSent(deps: Pick<Deps, "db">, ids: readonly string[], now: Date): Promise<void> {
  await deps.db.query(
    sql`update mail set sent_at = ${now}, params = '{}', failure = null where id = any(${[...ids]}::uuid[])`,
  );
}

/** Notes why a mail was not sent and when to try again; without a time it is given up, and what was in it forgotten. */
export async function markFailed(
  deps: Pick<Deps, "db">,
  { id, failure, again }: { id: string; failure: string; again: Date | undefined },
): Promise<void> {
  await deps.db.query(sql`update mail set failure = ${failure}, due_at = coalesce(${again ?? null}::timestamptz, 'infinity'),
    params = case when ${again === undefined} then '{}'::jsonb else params end where id = ${id}`);
}

const sealedFor = (id: string) => `mail:${id}`;
