import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A wire between a client and a server that a test can cut, mend, or let hang. */
export interface Wire extends AsyncDisposable {
  /** The server's address, by way of the wire. */
  readonly url: string;
  /** As if the server had been killed: connections break, new ones are refused. */
  cut(): Promise<void>;
  /** As if it had come back, on the same port. */
  mend(): Promise<void>;
  /** As if the server were stopped: connections stay, nothing comes through any more; what was swallowed stays so. */
  hang(): void;
}

/** Lays a wire to the server of `target`. */
export async function layWire(target: string): Promise<Wire> {
  const far = new URL(target);
  const ends = new Set<Socket>();
  let hanging = false;
  const forward = (from: Socket, to: Socket) => {
    ends.add(from);
    from.on("data", (bytes) => void (hanging || to.write(bytes)));
    from.on("error", () => undefined); // its closing says the same
    from.on("close", () => {
      ends.delete(from);
      to.destroy();
    });
  };
  const server = createServer((near) => {
    const away = connect(Number(far.port || 6379), far.hostname);
    forward(near, away);
    forward(away, near);
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    for (const end of ends) end.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut,
    async mend() {
      hanging = false;
      for (const end of ends) end.destroy(); // half of a swallowed conversation would confuse both
      if (!server.listening) await listen(port);
    },
    hang() {
      hanging = true;
    },
    [Symbol.asyncDispose]: cut,
  };
}
