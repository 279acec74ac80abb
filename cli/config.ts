import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exampleEnv, printConfig } from "#mesh/config.ts";
import { command, exits, misused, Refusal } from "./command.ts";
import { readSettings, specs } from "./install/settings.ts";

const acts = ["print", "check", "example"];

/** Shows and checks the configuration. */
export const config = command({
  usage: ["config print [--no-redacted]", "config check", "config example [--write | --check]"],
  help: `print     every setting, its value and where that came from; secrets are hidden unless --no-redacted. Where nothing is set,
          ./skein up uses servers of its own, a short DRAIN_TIME and, on this machine alone, wider limits
check     reads everything as a start would; exit code 3 and one table when something is wrong
example   the text of .env.example, made from the settings themselves
            --write   writes the file
            --check   exit code 1 when the file is not what it should be`,
  options: { redacted: { type: "boolean" }, write: { type: "boolean" }, check: { type: "boolean" } },
  words: 1,
  async run({ redacted, write, check }, [act], { env, home, checkout, json, out, talk }) {
    if (!act || !acts.includes(act))
      throw misused(act ? `config cannot ${act}` : "config does what?", `say one of: ${acts.join(", ")}`);
    if (act === "example")
      return example(join(checkout, ".env.example"), { write: write === true, check: check === true, json, out });
    const settings = readSettings({ ...env, SKEIN_HOME: home });
    for (const warning of settings.warnings) talk.say(`${talk.paint("yellow", "⚠")} ${warning}`);
    if (act === "print") out(printConfig(specs, settings, { redacted: redacted !== false, json }));
    else
      out(
        json
          ? JSON.stringify({ ok: true, warnings: settings.warnings })
          : `the configuration is in order${settings.warnings.length > 0 ? ", with warnings" : ""}`,
      );
    return exits.done;
  },
});

function example(
  path: string,
  { write, check, json, out }: { write: boolean; check: boolean; json: boolean; out: (text: string) => void },
): number {
  const text = exampleEnv(specs);
  if (write) writeFileSync(path, text);
  else if (!check) out(json ? JSON.stringify({ text }) : text.trimEnd());
  else if (!existsSync(path) || readFileSync(path, "utf8") !== text)
    throw new Refusal(exits.failed, `${path} is not what the settings say`, "run: ./skein config example --write");
  if (write || check) out(json ? JSON.stringify({ path, upToDate: true }) : `${path} is up to date`);
  return exits.done;
}
