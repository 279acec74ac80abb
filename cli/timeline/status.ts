import { durationMs } from "@bufbuild/protobuf/wkt";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { type Cli, exits } from "../command.ts";
import { type Access, withOps } from "../events/ops.ts";
import { count, lasting } from "../terminal/words.ts";

/** Says how far timeline is behind its owners, and what it still has to deliver; ends with 1 when somebody must look. */
export const status = (access: Access, cli: Cli): Promise<number> =>
  withOps(cli, access, async (ops) => {
    const [fanout, { consumers }] = await Promise.all([
      ops.client(ProjectionAdminService).getFanoutStatus({}),
      ops.at("timeline").listConsumers({}),
    ]);
    const behind = consumers.reduce((sum, one) => sum + Number(one.behind), 0);
    const letters = consumers.reduce((sum, one) => sum + Number(one.deadLetters), 0);
    const stuck = consumers.filter((one) => one.stuck !== "" || one.sourceAway).map(({ name }) => name);
    const jobs = Number(fanout.jobs);
    const oldest = fanout.oldestJob ? durationMs(fanout.oldestJob) : 0;
    const lag = fanout.lag ? durationMs(fanout.lag) : 0;
    const pulled = Number(fanout.pulledAuthors);
    if (cli.json)
      cli.out(JSON.stringify({ behind, deadLetters: letters, stuck, jobs, oldestMs: oldest, lagMs: lag, pulled }));
    else {
      cli.out(`${count(behind, "event")} not applied yet, deliveries are as of ${lasting(lag)} ago`);
      const since = jobs > 0 ? `, the oldest for ${lasting(oldest)}` : "";
      cli.out(`${jobs} deliveries to many under way${since}; ${count(pulled, "author")} pulled`);
      if (letters > 0) cli.out(`${count(letters, "dead letter")}: ./skein events dead`);
      if (stuck.length > 0) cli.out(`cannot go on: ${[...new Set(stuck)].join(", ")}; see: ./skein events report`);
    }
    return letters === 0 && stuck.length === 0 ? exits.done : exits.failed;
  });
