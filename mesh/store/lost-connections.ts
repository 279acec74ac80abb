import type { Pool } from "pg";

/**
 * Takes back connections whose server has gone. A transaction gives its connection back only after a commit or rollback
 * that worked, so each one that a dying server cuts off would be missing from the pool for ever.
 */
export function reclaimLost(pool: Pool): void {
  pool.on("connect", (client) => {
    client.once("end", () => {
      try {
        client.release(true);
      } catch {
        // it was given back before
      }
      client.release = () => undefined; // whoever still holds it may give it back once more
    });
  });
}
