import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Tokens } from "#gen/skein/identity/v1/tokens_pb.ts";
import { personaPassword, personas } from "../install/personas.ts";

interface Kept {
  readonly access: string;
  readonly accessUntil: number;
  readonly refresh: string;
}

/** Somebody to call as. */
export interface Login {
  readonly url: string;
  readonly home: string;
  /** A persona's name, a handle or an address. */
  readonly name: string;
  /** Asked only when it is needed and no persona is meant. */
  readonly password: () => Promise<string>;
}

const EARLY_MS = 30_000;

/** An access token, from the last call's session if it still lives: signing in for each call would soon be refused as guessing. */
export async function accessToken(transport: Transport, login: Login): Promise<string> {
  const path = pathOf(login);
  const kept = read(path);
  if (kept && kept.accessUntil > Date.now() + EARLY_MS) return kept.access;
  const sessions = createClient(SessionService, transport);
  const fresh =
    (kept && (await refreshed(() => sessions.refreshSession({ refreshToken: kept.refresh })))) ??
    (await sessions.createSession(await credentials(login)));
  if (!fresh.tokens) throw new Error("the answer holds no tokens");
  return write(path, fresh.tokens);
}

/** Forgets a session, after the server has refused it. */
export function forgetSession(login: Login): void {
  writeFileSync(pathOf(login), "{}", { mode: 0o600 });
}

async function refreshed<T>(refresh: () => Promise<T>): Promise<T | undefined> {
  try {
    return await refresh();
  } catch (error) {
    if (![Code.Unauthenticated, Code.Aborted, Code.InvalidArgument].includes(ConnectError.from(error).code))
      throw error;
    return undefined;
  }
}

async function credentials({ name, password }: Login) {
  const persona = personas.find((one) => one.name === name);
  const deviceName = "skein call";
  return persona
    ? { login: persona.email, password: personaPassword, deviceName }
    : { login: name, password: await password(), deviceName };
}

function pathOf({ home, url, name }: Login): string {
  const folder = join(home, "sessions");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${Buffer.from(`${url} ${name}`).toString("base64url")}.json`);
}

function read(path: string): Kept | undefined {
  try {
    const kept = JSON.parse(readFileSync(path, "utf8")) as Kept;
    return kept.access && kept.refresh ? kept : undefined;
  } catch {
    return undefined;
  }
}

function write(path: string, { accessToken: access, refreshToken: refresh, accessExpiresAt }: Tokens): string {
  const kept: Kept = { access, refresh, accessUntil: accessExpiresAt ? timestampMs(accessExpiresAt) : 0 };
  writeFileSync(path, JSON.stringify(kept), { mode: 0o600 });
  return access;
}
