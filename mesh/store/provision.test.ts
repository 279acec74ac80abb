import { randomBytes } from "node:crypto";
import { expect, inject, test } from "vitest";
import { openKeyring } from "../identity/keyring.ts";
import { migrate } from "./migrate.ts";
import { meshMigrations } from "./migrations.ts";
import { connect, provisionDatabase, provisionRoles, urlsOf } from "./provision.ts";

async function ground() {
  const { postgres, keys } = inject("servers");
  const prefix = `p_${randomBytes(6).toString("hex")}_`;
  const urls = urlsOf(postgres, prefix, openKeyring(keys, "timeline"));
  await provisionRoles(postgres, urls);
  const drop = async () => {
    await using admin = await connect(postgres);
    await admin.query(`drop database if exists ${prefix}timeline with (force)`);
  };
  return { postgres, urls, name: `${prefix}timeline`, [Symbol.asyncDispose]: drop };
}

test("provisioning that was cut off after the database was made is completed by the next one", async () => {
  await using place = await ground();
  await using admin = await connect(place.postgres);
  await admin.query(`create database ${place.name} owner skein_timeline_owner`);
  await provisionDatabase(place.postgres, place.urls);
  expect(await migrate(place.urls.owner, [])).toHaveLength(meshMigrations.length);
  await using data = await connect(place.urls.data);
  expect((await data.query("select count(*)::int as n from log_head")).rows).toEqual([{ n: 64 }]);
});

test("several that provision at once wait for each other", async () => {
  await using place = await ground();
  await Promise.all(Array.from({ length: 6 }, () => provisionDatabase(place.postgres, place.urls)));
  const ran = await Promise.all(Array.from({ length: 3 }, () => migrate(place.urls.owner, [])));
  expect(ran.flat()).toHaveLength(meshMigrations.length);
});
