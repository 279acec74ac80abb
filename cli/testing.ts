import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeDown } from "./down.ts";
import { runCommand } from "./run.ts";
import { freePort } from "./servers/port.ts";
import { createTalk } from "./terminal/talk.ts";

const cliFile = join(import.meta.dirname, "main.ts");

/** What a command said and how it ended. */
export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that is running. */
export interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<Said>;
  /** The first whole line of its output. */
  readonly line: Promise<string>;
}

/** An installation of its own for a test: home, ports, commands. Whatever still runs in it is stopped at the end. */
export interface Installation extends AsyncDisposable {
  readonly home: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Starts a command in a process of its own. */
  start(...args: string[]): Going;
  /** Runs a command to its end, here. */
  skein(...args: string[]): Promise<Said>;
  /** Runs a command in a process of its own, with something on its standard input. */
  tell(input: string, ...args: string[]): Promise<Said>;
}

/** Makes an installation; nothing is started yet. */
export async function installation(more: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const home = mkdtempSync(join(tmpdir(), "skein-cli-"));
  const [port, adminPort] = [await freePort(), await freePort()];
  const env = {
    PATH: process.env.PATH,
    SKEIN_HOME: home,
    GATEWAY_PORT: String(port),
    ADMIN_PORT: String(adminPort),
    ...more,
  };
  const start = (...args: string[]) => begin(args, env);
  const tell = (input: string, ...args: string[]) => {
    const going = begin(args, env);
    going.child.stdin?.end(input);
    return going.ended;
  };
  return {
    home,
    port,
    env,
    start,
    tell,
    skein: (...args) => inThisProcess(args, env),
    async [Symbol.asyncDispose]() {
      await takeDown(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function inThisProcess(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const said = { out: "", err: "" };
  const sink = {
    write(text: string) {
      said.err += text;
    },
  };
  const code = await runCommand(args, {
    checkout: join(import.meta.dirname, ".."),
    env,
    talk: createTalk(sink, { live: false, colours: false }),
    signal: new AbortController().signal,
    out(text) {
      said.out += `${text}\n`;
    },
  });
  return { code, ...said };
}

function begin(args: readonly string[], env: NodeJS.ProcessEnv): Going {
  const child = spawn(process.execPath, [cliFile, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  const line = Promise.withResolvers<string>();
  const said = { out: "", err: "" };
  child.stdin.on("error", () => undefined);
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
    if (said.out.includes("\n")) line.resolve(said.out.split("\n")[0] ?? "");
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  const ended = new Promise<Said>((resolve) => child.once("close", (code) => resolve({ code, ...said })));
  void ended.then(({ err }) => line.reject(new Error(err)));
  line.promise.catch(() => undefined);
  return { child, ended, line: line.promise };
}
