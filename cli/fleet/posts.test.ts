import { expect, test } from "vitest";
import { splitPosts, withoutAdministrator } from "./posts.ts";

test("services are not told the administrator of the database, in no form", () => {
  const env = { DATABASE_URL_FILE: "/run/secrets/db", PGPASSWORD: "hunter2", PGUSER: "root", OTHER: "stays" };
  const bare = withoutAdministrator(env, "postgres://skein:hunter2@127.0.0.1:5433/postgres?sslmode=disable");
  expect(bare).toEqual({ OTHER: "stays", DATABASE_URL: "postgres://127.0.0.1:5433/postgres?sslmode=disable" });
});

test("each process of a split mesh knows the others, has ports of its own and its share of connections", async () => {
  const [first, second] = await splitPosts(["identity", "gateway"], { ADMIN_PORT: "7701", DATABASE_CONNECTIONS: "64" });
  expect(first?.env).toMatchObject({ DATABASE_CONNECTIONS: "32", MESH_PEERS: second?.env.MESH_PEERS });
  expect(first?.env.MESH_PEERS).toBe(
    `identity=http://127.0.0.1:${first?.env.MESH_PORT},gateway=http://127.0.0.1:${second?.env.MESH_PORT}`,
  );
  expect(second?.env.ADMIN_PORT).toBe("7701");
  const ports = [first, second].flatMap((post) => [post?.env.MESH_PORT, post?.env.ADMIN_PORT]);
  expect(new Set(ports).size).toBe(4);
});
