import { Code, ConnectError } from "@connectrpc/connect";
import type { HandlerRequest } from "./doors.ts";

/** The client went away before its request was whole: there is nobody to answer. */
export class ClientLeft extends Error {}

/**
 * Reads a whole request, at most so many bytes of it. What is too long is refused as soon as that is known; the rest of it
 * is let pass unread, so that the refusal reaches a client that is still sending.
 */
export function readBody(request: HandlerRequest, most: number): Promise<Uint8Array> {
  const promised = lengthOf(request.headers["content-length"]);
  if (promised !== undefined && promised > most) return Promise.reject(tooLarge(`message size ${promised}`, most));
  if (request.aborted || request.destroyed) return Promise.reject(new ClientLeft());
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = () => request.off("data", take).off("end", end).off("error", left).off("close", left);
  const refuse = (error: ConnectError) => {
    stop();
    request.on("error", () => undefined).resume();
    reject(error);
  };
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (promised !== undefined && size > promised) refuse(unlike(promised, size));
    else if (size > most) refuse(tooLarge("message size", most));
    else chunks.push(chunk);
  };
  const end = () => {
    stop();
    if (request.aborted) reject(new ClientLeft());
    else if (promised !== undefined && size < promised) reject(unlike(promised, size));
    else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
  };
  const left = () => {
    stop();
    request.on("error", () => undefined);
    reject(new ClientLeft());
  };
  request.on("data", take).on("end", end).on("error", left).on("close", left);
  return promise;
}

// The words are Connect's: callers see no difference between its path and the lean one.
const tooLarge = (what: string, most: number) =>
  new ConnectError(`${what} is larger than configured readMaxBytes ${most}`, Code.ResourceExhausted);
const unlike = (promised: number, size: number) =>
  new ConnectError(`protocol error: promised ${promised} bytes, received ${size}`, Code.InvalidArgument);

const lengthOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
