import type { Keyring } from "../identity/keyring.ts";
import type { Service } from "../service.ts";
import { migrate } from "../store/migrate.ts";
import { provisionDatabase, provisionRoles, urlsOf } from "../store/provision.ts";

/** What a service's database got. */
export interface Provisioned {
  readonly service: string;
  /** Migrations that were run. */
  readonly ran: readonly string[];
}

/** Makes roles and databases that are missing and runs the migrations that they lack. Repeating changes nothing. */
export async function provisionAll(
  services: readonly Service[],
  server: string,
  prefix: string,
  keyringOf: (service: string) => Keyring,
  adopt = false,
): Promise<Provisioned[]> {
  const work = services.map(async ({ name, migrations }) => {
    if (!migrations) return [];
    const urls = urlsOf(server, prefix, keyringOf(name));
    await provisionRoles(server, urls, adopt);
    await provisionDatabase(server, urls);
    return [{ service: name, ran: await migrate(urls.owner, migrations) }];
  });
  return (await Promise.all(work)).flat();
}
