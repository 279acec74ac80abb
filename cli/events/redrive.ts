import { type Cli, exits, misused } from "../command.ts";
import { count } from "../terminal/words.ts";
import { wholeNumber } from "./choice.ts";
import type { Letters } from "./dead.ts";
import { withOps } from "./ops.ts";

/** Applies again what could not be applied, now that its cause is mended. */
export async function redrive(wanted: Letters & { readonly all?: boolean | undefined }, cli: Cli): Promise<number> {
  const { consumer = "", subject: subjectId = "", all } = wanted;
  if (!consumer && !subjectId && !all)
    throw misused("redrive what?", "say --consumer NAME, --subject ID, or --all if you mean all of them");
  const limit = wholeNumber("limit", wanted.limit, 1, 1_000) ?? 100;
  const outcomes = await withOps(cli, wanted, (ops) =>
    Promise.all(
      ops.services.map(async (service) => {
        const { applied, stopped, left } = await ops.at(service).redriveDeadLetters({ consumer, subjectId, limit });
        return { service, applied, stopped, left: Number(left) };
      }),
    ),
  );
  const touched = outcomes.filter(({ applied, stopped, left }) => applied + stopped + left > 0);
  if (cli.json) cli.out(JSON.stringify({ services: outcomes }));
  for (const { service, applied, stopped, left } of cli.json ? [] : touched) {
    const failed = stopped > 0 ? `, ${count(stopped, "subject")} failed again` : "";
    cli.out(`${service}: ${count(applied, "event")} applied${failed}, ${left} left`);
  }
  if (!cli.json && touched.length === 0) cli.out("there was nothing to redrive");
  const stopped = outcomes.some((one) => one.stopped > 0);
  if (stopped) cli.talk.say("why: ./skein events dead");
  return stopped ? exits.failed : exits.done;
}
