import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { stepOf, totpAt } from "../rules/totp.ts";

/** A mail as it was written to the folder. */
export interface Read {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly mode: number;
}

/** Sends what is due and returns all mail to an address, oldest first. */
export async function lettersTo(mesh: TestMesh, address: string): Promise<Read[]> {
  await sendDue(mesh);
  const folder = join(mesh.folder, "mail");
  const names = await readdir(folder).catch(() => []);
  const all = await Promise.all(names.sort().map((name) => readLetter(join(folder, name))));
  return all.filter(({ to }) => to === address);
}

/** Sends all that is due. The host runs the job too: only a run of our own leaves nothing on its way. */
export async function sendDue(mesh: TestMesh): Promise<void> {
  while (!(await mesh.runJob("identity", "send-mail"))); // somebody else's turn: wait until it is over
}

async function readLetter(path: string): Promise<Read> {
  const [content, { mode }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
  const cut = content.indexOf("\n\n");
  const head = content.slice(0, cut);
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(head)?.[1] ?? "";
  return { to: field("To"), subject: field("Subject"), text: content.slice(cut + 2), mode: mode & 0o777 };
}

/** The token in the last mail to an address. */
export async function tokenTo(mesh: TestMesh, address: string): Promise<string> {
  const token = /sko_[\w.-]+/.exec((await lettersTo(mesh, address)).at(-1)?.text ?? "")?.[0];
  if (!token) throw new Error(`no token was mailed to ${address}`);
  return token;
}

/** What an authenticator app would show, some steps from now. */
export function appCode(mesh: TestMesh, secret: string, steps = 0): string {
  const bits = [...secret]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  return totpAt(bytes, stepOf(mesh.clock.now()) + steps);
}

/** Every value of every table of identity in one text, binary ones in hex, for looking whether a secret is among them. */
export async function everythingStored(mesh: TestMesh): Promise<string> {
  const { db } = mesh.deps<Deps>("identity");
  const tables = await db.query<{ name: string }>(sql`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`);
  const rows = await Promise.all(
    tables.map(({ name }) =>
      db.query<{ text: string }>({ name: "", values: [], text: `select t::text as text from "${name}" t` }),
    ),
  );
  return rows
    .flat()
    .map(({ text }) => text)
    .join("\n");
}
