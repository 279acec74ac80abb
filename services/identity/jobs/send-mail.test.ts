import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sql } from "#mesh/store/sql.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { queueMail } from "../store/mails.ts";
import { lettersTo, sendDue } from "../testing/letters.ts";

const DAY_MS = 86_400_000;

/** A mail server of a few lines; `answer` says what it replies to the recipient. */
async function startSmtp(answer: () => string) {
  const mails: string[] = [];
  const server: Server = createServer((socket) => {
    let data: string[] | undefined;
    socket.on("error", () => undefined);
    socket.write("220 test\r\n");
    let rest = "";
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (data) {
          if (line === ".") {
            mails.push(data.join("\n"));
            data = undefined;
            socket.write("250 taken\r\n");
          } else data.push(line);
        } else if (/^RCPT/i.test(line)) socket.write(`${answer()}\r\n`);
        else if (/^DATA/i.test(line)) {
          data = [];
          socket.write("354 go on\r\n");
        } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
        else socket.write("250 ok\r\n");
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, mails, [Symbol.asyncDispose]: async () => void server.close() };
}

let open: AsyncDisposableStack;
beforeEach(() => {
  open = new AsyncDisposableStack();
});
afterEach(() => open.disposeAsync());

const start = async (env: Record<string, string> = {}) => open.use(await startTestMesh([identity], env));
const deps = (mesh: TestMesh) => mesh.deps<Deps>("identity");
const queue = (mesh: TestMesh, recipient: string, token = "sko_secret") =>
  deps(mesh).db.commit(undefined, (tx) =>
    queueMail(tx, deps(mesh), {
      recipient,
      template: "verify-email",
      params: { handle: "ann", token },
      now: mesh.clock.now(),
    }),
  );

interface Row {
  recipient: string;
  sent: boolean;
  attempts: number;
  params: object;
  failure: string | null;
  wait: number | null;
}
const rows = (mesh: TestMesh) =>
  deps(mesh).db.query<Row>(sql`select recipient, sent_at is not null as sent, attempts, params, failure,
    case when due_at = 'infinity' then null else extract(epoch from due_at - ${mesh.clock.now()}::timestamptz)::float end as wait from mail order by id`);

test("without a server mail is a readable file that only its owner may read, and its content is forgotten", async () => {
  const mesh = await start();
  await queue(mesh, "ann@example.test");
  const [letter] = await lettersTo(mesh, "ann@example.test");
  expect(letter).toMatchObject({ subject: "Confirm your address", mode: 0o600 });
  expect(letter?.text).toContain("sko_secret");
  expect(await rows(mesh)).toMatchObject([{ sent: true, params: {}, failure: null }]);
});

test("a row without address is done without a mail", async () => {
  const mesh = await start();
  await queue(mesh, "");
  expect(await lettersTo(mesh, "")).toEqual([]);
  expect(await rows(mesh)).toMatchObject([{ recipient: "", sent: true, params: {} }]);
});

test("a server that says 'not now' is asked again, later each time, and gets the same Message-ID; what was sent is forgotten", async () => {
  let patience = 2;
  const smtp = open.use(await startSmtp(() => (patience-- > 0 ? "451 not now" : "250 ok")));
  const mesh = await start({ IDENTITY_SMTP_URL: smtp.url, IDENTITY_MAIL_FROM: "Us <us@skein.example>" });
  await queue(mesh, "ann@example.test");
  await sendDue(mesh);
  const [first] = await rows(mesh);
  expect(first).toMatchObject({ sent: false, attempts: 1, failure: expect.stringContaining("451 not now") });
  expect(first?.wait).toBeGreaterThan(0);
  for (let tries = 2; tries <= 3; tries++) {
    mesh.clock.advance(10_000);
    await sendDue(mesh);
  }
  expect(await rows(mesh)).toMatchObject([{ sent: true, attempts: 3, params: {}, failure: null }]);
  expect(smtp.mails).toHaveLength(1);
  const [{ id }] = (await deps(mesh).db.query<{ id: string }>(sql`select id from mail`)) as [{ id: string }];
  expect(smtp.mails[0]).toContain(`Message-ID: <${id}@skein.example>`);
  expect(smtp.mails[0]).toMatch(/^To: ann@example\.test$/m);
});

test("a server that is away costs nothing but time", async () => {
  const smtp = await startSmtp(() => "250 ok");
  await smtp[Symbol.asyncDispose]();
  const mesh = await start({ IDENTITY_SMTP_URL: smtp.url });
  await queue(mesh, "ann@example.test");
  await sendDue(mesh);
  expect(await rows(mesh)).toMatchObject([
    { sent: false, attempts: 1, failure: expect.stringContaining("ECONNREFUSED") },
  ]);
});

test("a recipient that the server will never take is given up at once, any other failure after a day; the failure is kept, the content not", async () => {
  let reply = "550 no such person";
  const smtp = open.use(await startSmtp(() => reply));
  const mesh = await start({ IDENTITY_SMTP_URL: smtp.url });
  await queue(mesh, "nobody@example.test");
  await sendDue(mesh);
  reply = "451 not now";
  await queue(mesh, "late@example.test");
  await sendDue(mesh);
  mesh.clock.advance(DAY_MS);
  await sendDue(mesh);
  expect(await rows(mesh)).toMatchObject([
    {
      recipient: "nobody@example.test",
      sent: false,
      attempts: 1,
      params: {},
      wait: null,
      failure: expect.stringContaining("550"),
    },
    {
      recipient: "late@example.test",
      sent: false,
      attempts: 2,
      params: {},
      wait: null,
      failure: expect.stringContaining("451"),
    },
  ]);
});

test("one mail that cannot be written does not hold up the others", async () => {
  const mesh = await start();
  await deps(mesh).db.query(sql`insert into mail (id, recipient, template, params, created_at, due_at)
    values (${deps(mesh).ids.next()}, 'odd@example.test', 'verify-email', '{"sealed": "bm9uc2Vuc2U="}', ${mesh.clock.now()}, ${mesh.clock.now()})`);
  await queue(mesh, "ann@example.test");
  expect(await lettersTo(mesh, "ann@example.test")).toHaveLength(1);
  expect(await rows(mesh)).toMatchObject([{ recipient: "odd@example.test", sent: false, attempts: 1 }, { sent: true }]);
});

test("sent mail goes after a week, given-up mail after a month, spent tokens and dead app tokens too", async () => {
  const mesh = await start();
  const { db, ids } = deps(mesh);
  const now = mesh.clock.now();
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
  for (const days of [6, 8]) {
    await db.query(
      sql`insert into mail (id, recipient, template, created_at, due_at, sent_at) values (${ids.next()}, 'sent', 'x', ${ago(days)}, ${ago(days)}, ${ago(days)})`,
    );
    await db.query(
      sql`insert into one_time_token (id, account_id, purpose, created_at, expires_at) values (${ids.next()}, ${ids.next()}, 'verify-email', ${ago(days + 1)}, ${ago(days)})`,
    );
  }
  for (const days of [29, 31]) {
    await db.query(
      sql`insert into mail (id, recipient, template, created_at, due_at, failure) values (${ids.next()}, 'lost', 'x', ${ago(days)}, 'infinity', 'no')`,
    );
    await db.query(
      sql`insert into app_token (id, account_id, name, scopes, created_at, expires_at) values (${ids.next()}, ${ids.next()}, 'x', '{}', ${ago(days + 1)}, ${ago(days)})`,
    );
  }
  await mesh.runJob("identity", "sweep-credentials");
  const [left] = await db.query(sql`select (select array_agg(recipient order by recipient) from mail) as mails,
    (select count(*)::int from one_time_token) as tokens, (select count(*)::int from app_token) as apps`);
  expect(left).toEqual({ mails: ["lost", "sent"], tokens: 1, apps: 1 });
});
