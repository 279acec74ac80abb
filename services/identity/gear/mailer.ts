import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import nodemailer from "nodemailer";
import type { Loan } from "#mesh/service.ts";
import type { config } from "../config.ts";

/** One mail, ready to go. Its id becomes the Message-ID, so that a mail sent twice is recognised as one. */
export interface Outgoing {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly date: Date;
}

/** Hands mail over to whoever delivers it; resolves once that is certain. */
export interface Mailer extends AsyncDisposable {
  send(mail: Outgoing, signal?: AbortSignal): Promise<void>;
}

/** The server will never take this mail: trying again is no use. */
export class Undeliverable extends Error {
  override readonly name = "Undeliverable";
}

type MailLoan = Pick<Loan<Record<never, never>, typeof config>, "config" | "log">;

/** Sends by SMTP where a server is set, and otherwise writes mail where a developer can read it. */
export function createMailer({ config: { smtpUrl, mailFrom, mailFolder, home }, log }: MailLoan): Mailer {
  if (smtpUrl !== null) return smtpMailer(smtpUrl, mailFrom);
  return folderMailer(resolve(mailFolder || join(home, "mail")), mailFrom, log);
}

/** Writes each mail into a file that only its owner can read, and says where. */
function folderMailer(folder: string, from: string, log: MailLoan["log"]): Mailer {
  return {
    async send({ id, to, subject, text, date }) {
      const path = join(folder, `${date.toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${id}.eml`);
      const head = [
        `Date: ${date.toUTCString()}`,
        `From: ${from}`,
        `To: ${to}`,
        `Subject: ${subject}`,
        `Message-ID: ${messageIdOf(id, from)}`,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
      ].map((line) => line.replaceAll(/[\r\n]+/g, " "));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(path, `${head.join("\n")}\n\n${text}`, { mode: 0o600 });
      log.info({ path }, `mail written to ${path}, set IDENTITY_SMTP_URL to send it`);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Sends over a connection of its own per mail; every step has a time-out below the job's hold. */
function smtpMailer(url: string, from: string): Mailer {
  const { password, hostname } = new URL(url);
  const transport = nodemailer.createTransport({
    url,
    dnsTimeout: 5_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    // A password goes over the net encrypted or not at all, also if somebody in between hides STARTTLS.
    requireTLS: password !== "" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, subject, text, date }, signal) {
      const message = {
        from,
        to: { name: "", address: to },
        subject,
        text,
        date,
        messageId: messageIdOf(id, from),
        signal,
      };
      try {
        await transport.sendMail({ ...message, headers: { "Auto-Submitted": "auto-generated" } });
      } catch (error) {
        throw refusedForGood(error) ? new Undeliverable(String(error), { cause: error }) : error;
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}

// 4xx means "not now"; a 5xx to anything but the recipient is about us, and may be mended.
function refusedForGood(error: unknown): boolean {
  const { responseCode, command } = error as { responseCode?: number; command?: string };
  return command === "RCPT TO" && (responseCode ?? 0) >= 500;
}

const messageIdOf = (id: string, from: string) => `<${id}@${/@([^\s>]+)/.exec(from)?.[1] ?? "skein"}>`;
