import { join } from "node:path";
import type { RunProcess } from "../fleet/run-file.ts";
import { personaPassword, personas } from "../install/personas.ts";
import type { Talk } from "../terminal/talk.ts";
import { near } from "../terminal/words.ts";

/** What somebody wants to know who has just started it. */
export interface Started {
  readonly url: string;
  readonly shape: string;
  readonly home: string;
  readonly processes: readonly RunProcess[];
  readonly seeded: boolean;
  readonly tookMs: number;
  readonly sendsMail: boolean;
  readonly detached: boolean;
}

const adminUrl = ({ adminPort }: RunProcess): string => `http://127.0.0.1:${adminPort}/metrics`;

/** Addresses, who one can be, and commands that work as they stand. */
export function startedBlock(
  { url, home, processes, seeded, tookMs, sendsMail, detached }: Started,
  { paint }: Pick<Talk, "paint">,
): string {
  const { host } = new URL(url);
  const row = (name: string, value: string, about = "") =>
    `   ${paint("dim", name.padEnd(10))} ${value.padEnd(34)} ${about && paint("dim", about)}`.trimEnd();
  const admins = processes.filter(({ adminPort }) => adminPort !== undefined);
  const named = personas.map(({ name, title }) => (title ? `${name} (${title})` : name));
  const people = [named.slice(0, 4), named.slice(4)].map((some) => some.join(", "));
  const method = "skein.identity.v1.IdentityService";
  return [
    ` ${paint("bold", `Ready in ${(tookMs / 1000).toFixed(1)} s`)}`,
    "",
    row("API", url, "Connect, gRPC-Web and JSON over HTTP"),
    row("gRPC", host, "plaintext h2c, reflection on"),
    ...admins.map((one, at) =>
      row(at === 0 ? "Admin" : "", adminUrl(one), admins.length > 1 ? one.name : "loopback only"),
    ),
    ...(seeded
      ? [
          ...people.map((some, at) => row(at === 0 ? "Personas" : "", some)),
          row("Password", personaPassword, "DEV ONLY: everybody knows it"),
          row("Demo", "./skein seed --demo", "1,000 people and 20,000 posts to look around in"),
        ]
      : []),
    ...(sendsMail ? [] : [row("Mail", near(join(home, "mail")), "nothing is sent")]),
    row("Logs", near(join(home, "logs")), "./skein logs --follow"),
    "",
    ` Try:  ./skein call ${method}/${seeded ? "GetMe --as alice" : 'SearchProfiles query=""'}`,
    `       curl -s ${url}/${method}/LookupProfile -H 'content-type: application/json' -d '{"handle":"${seeded ? "alice" : "somebody"}"}'`,
    `       npx buf curl --protocol grpc --http2-prior-knowledge --list-methods ${url}`,
    "",
    ` ${paint("yellow", "DEV ONLY")}: no TLS${seeded ? ", known passwords" : ""}. ${detached ? "./skein down" : "Ctrl-C"} stops everything.`,
  ].join("\n");
}
