import type { Keyring } from "../identity/keyring.ts";
import type { Service } from "../service.ts";
import { migrate } from "../store/migrate.ts";
import { type DatabaseUrls, provisionDatabase, provisionRoles, urlsOf } from "../store/provision.ts";

/** Makes roles and databases that are missing and runs the migrations that they lack. Repeating changes nothing. */
export async function provisionAll(
  services: readonly Service[],
  server: string,
  prefix: string,
  keyringOf: (service: string) => Keyring,
  template?: (service: Service, urls: DatabaseUrls) => Promise<string | undefined>,
): Promise<{ service: string; ran: string[] }[]> {
  const work = services
    .filter(({ migrations }) => migrations)
    .map(async (service) => {
      const urls = urlsOf(server, prefix, keyringOf(service.name));
      await provisionRoles(server, urls);
      await provisionDatabase(server, urls, await template?.(service, urls));
      return { service: service.name, ran: await migrate(urls.owner, service.migrations ?? []) };
    });
  return Promise.all(work);
}
