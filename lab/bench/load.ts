import http2 from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { LikePostRequestSchema } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { CreatePostRequestSchema } from "#gen/skein/content/v1/post_service_pb.ts";
import { FollowAccountRequestSchema } from "#gen/skein/graph/v1/follow_pb.ts";
import { chanceOf } from "../faults/chance.ts";

// A load generator in a process of its own: unary calls as bytes over bare HTTP/2, so that it costs the machine little.

/** What one run does. */
export interface Job {
  readonly url: string;
  readonly call: "post" | "follow" | "like";
  readonly tokens: readonly string[];
  /** Accounts or posts that calls are about. */
  readonly targets: readonly string[];
  readonly inFlight: number;
  readonly ms: number;
  /** Calls a second, whatever the answers do; 0 is as many as `inFlight` allows. */
  readonly rate: number;
  readonly seed: number;
}

/** What came of it. */
export interface Outcome {
  readonly calls: number;
  readonly errors: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
}

const WORDS = "river stone morning window quiet harbour letter green engine story market winter bridge candle".split(
  " ",
);
const CONNECTIONS = 4;

const kinds = {
  post: {
    path: "/skein.content.v1.PostService/CreatePost",
    body: (chance: () => number) => {
      const text = Array.from({ length: 20 }, () => WORDS[Math.floor(chance() * WORDS.length)]).join(" ");
      return toBinary(CreatePostRequestSchema, create(CreatePostRequestSchema, { post: { text } }));
    },
  },
  follow: {
    path: "/skein.graph.v1.GraphService/FollowAccount",
    body: (_: () => number, accountId: string) =>
      toBinary(FollowAccountRequestSchema, create(FollowAccountRequestSchema, { accountId })),
  },
  like: {
    path: "/skein.content.v1.EngagementService/LikePost",
    body: (_: () => number, postId: string) =>
      toBinary(LikePostRequestSchema, create(LikePostRequestSchema, { postId })),
  },
};

async function run({ url, call, tokens, targets, inFlight, ms, rate, seed }: Job): Promise<Outcome> {
  const sessions = Array.from({ length: CONNECTIONS }, () => http2.connect(url));
  for (const session of sessions) session.on("error", () => undefined);
  const chance = chanceOf(seed);
  const { path, body } = kinds[call];
  const took: number[] = [];
  let errors = 0;
  let calls = 0;
  const ask = async (due: number) => {
    const at = calls++;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const stream = (sessions[at % CONNECTIONS] as http2.ClientHttp2Session).request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/proto",
      "connect-protocol-version": "1",
      authorization: `Bearer ${tokens[at % tokens.length]}`,
    });
    let status = 0;
    stream.on("response", (headers) => {
      status = Number(headers[":status"]);
    });
    stream.on("data", () => undefined);
    stream.on("close", () => resolve(status === 200));
    stream.on("error", () => resolve(false));
    stream.end(body(chance, targets[Math.floor(chance() * targets.length)] ?? ""));
    if (!(await promise)) errors++;
    took.push(performance.now() - due);
  };
  const cpu = process.cpuUsage();
  const began = performance.now();
  const end = began + ms;
  if (rate > 0) {
    // Sent when due, not when the last answer has come: a stall shows as latency of everything behind it.
    const open = new Set<Promise<void>>();
    for (let n = 0; ; n++) {
      const due = began + (n * 1000) / rate;
      if (due > end) break;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const one: Promise<void> = ask(due).finally(() => open.delete(one));
      open.add(one);
    }
    await Promise.all(open);
  } else {
    const worker = async () => {
      while (performance.now() < end) await ask(performance.now());
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const session of sessions) session.close();
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return {
    calls,
    errors,
    perSecond: calls / seconds,
    p50: at(0.5),
    p99: at(0.99),
    cpuUs: (user + system) / Math.max(1, calls),
  };
}

if (process.send) process.on("message", (job: Job) => void run(job).then((outcome) => process.send?.(outcome)));
