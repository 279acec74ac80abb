import type { Socket } from "node:net";

export type Protocol = "http1" | "http2" | "tls";

const PREFACE = Buffer.from("PRI * HTTP/2");
const TLS_HANDSHAKE = 0x16;

/** Names the protocol that starts with these bytes; undefined as long as they fit more than one. */
export function protocolOf(bytes: Buffer): Protocol | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] === TLS_HANDSHAKE) return "tls";
  const seen = Math.min(bytes.length, PREFACE.length);
  if (!bytes.subarray(0, seen).equals(PREFACE.subarray(0, seen))) return "http1";
  return seen === PREFACE.length ? "http2" : undefined; // a lone `P` may still become POST
}

/**
 * Calls `found` once with what a fresh socket speaks, every byte put back. A socket that ends, fails or stays
 * undecided for `patienceMs` (counted from now, however it trickles) is destroyed instead.
 */
export function sniff(socket: Socket, patienceMs: number, found: (protocol: Protocol) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const give = () => socket.destroy();
  const timer = setTimeout(give, patienceMs);
  const letGo = () => {
    clearTimeout(timer);
    socket.off("readable", read).off("end", give).off("error", give).off("close", letGo);
  };
  const read = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    bytes = Buffer.concat([bytes, chunk]);
    const protocol = protocolOf(bytes);
    if (protocol === undefined) return;
    letGo();
    socket.unshift(bytes);
    found(protocol);
  };
  socket.on("readable", read).on("end", give).on("error", give).on("close", letGo);
}
