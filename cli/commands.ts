import type { Commands } from "./command.ts";

/** Every command there is. */
export const commands: Commands = {
  up: { about: "start everything and stay in front of it", load: async () => (await import("./up.ts")).up },
  down: { about: "stop everything, however it was started", load: async () => (await import("./down.ts")).down },
  status: {
    about: "what runs, where, and whether it is ready",
    load: async () => (await import("./status.ts")).status,
  },
  logs: { about: "read or follow the logs", load: async () => (await import("./logs.ts")).logs },
  call: { about: "call any method by its name", load: async () => (await import("./call.ts")).call },
  seed: {
    about: "make personas, and with --demo a network to look around in",
    load: async () => (await import("./seed.ts")).seed,
  },
  admin: { about: "make administrators, suspend accounts", load: async () => (await import("./admin.ts")).admin },
  events: {
    about: "see what services announce, mend what was not applied",
    load: async () => (await import("./events.ts")).events,
  },
  timeline: {
    about: "prove that timelines are what they should be, and build them anew",
    load: async () => (await import("./timeline.ts")).timeline,
  },
  bench: { about: "measure it beside what this machine can do", load: async () => (await import("./bench.ts")).bench },
  doctor: {
    about: "look for what is wrong and say how to mend it",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  migrate: {
    about: "make keys, roles, databases and tables",
    load: async () => (await import("./migrate.ts")).migrate,
  },
  config: { about: "print or check the configuration", load: async () => (await import("./config.ts")).config },
  reset: { about: "stop everything and delete its data", load: async () => (await import("./reset.ts")).reset },
  version: { about: "print the version", load: async () => (await import("./version.ts")).version },
  help: { about: "explain a command", load: async () => (await import("./help.ts")).help },
};
