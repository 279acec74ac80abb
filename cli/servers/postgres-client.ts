/** As much of a `pg` client as finding out about a server takes. */
export interface Client {
  query(sql: string): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

interface Unconnected extends Client {
  connect(): Promise<void>;
  on(event: "error", listener: () => void): void;
}

/** One connection. The driver comes with MikroORM, brings no types, and is loaded only when a server is asked. */
export async function connect(url: string): Promise<Client> {
  const driver: string = "pg";
  const { Client } = (await import(driver)) as { Client: new (options: object) => Unconnected };
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => undefined); // a server that stops is no reason to fall with it
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
