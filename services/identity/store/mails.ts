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

/** A mail that is due, opened again. */
export type DueMail = Letter & {
  readonly id: string;
  readonly recipient: string;
  readonly createdAt: Date;
  /** How often it was tried before. */
  readonly attempts: number;
};

interface MailRow {
  id: string;
  recipient: string;
  template: Letter["template"];
  params: { sealed: string };
  created_at: string;
  attempts: number;
}

/** Takes due mails that nobody else is sending, oldest first; they stay this transaction's until it ends. */
export async function takeDue(tx: Tx, deps: Pick<Deps, "vault">, now: Date, most: number): Promise<DueMail[]> {
  const rows = await tx.query<MailRow>(sql`select id, recipient, template, params, created_at, attempts from mail
    where sent_at is null and failure is distinct from ${GIVEN_UP} and due_at <= ${now}
    order by due_at limit ${most}::int for update skip locked`);
  return rows.map(({ params, created_at, ...row }) => {
    const opened: unknown = JSON.parse(deps.vault.open(sealedFor(row.id), Buffer.from(params.sealed, "base64")).toString());
    return { ...row, params: opened, createdAt: new Date(created_at) } as DueMail;
  });
}

const GIVEN_UP = "";
const sealedFor = (id: string) => `mail:${id}`;
