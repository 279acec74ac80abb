import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import type { LogPosition } from "#gen/skein/common/v1/consistency_pb.ts";
import { bytesOf, decodePositions, encodePositions, mergePositions, TOKEN_HEADER } from "#mesh/consistency.ts";
import { isMutation } from "#mesh/contract.ts";
import type { CallHeaders } from "#mesh/exchange.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Keyring } from "#mesh/identity/keyring.ts";
import type { Visit } from "./visit.ts";

const SEAL_BYTES = 16;

/** The consistency token as clients carry it: sealed, so that nobody makes the mesh wait for what was never written. */
export interface ClientTokens {
  /** What a client says that it knows, without what is too old to matter; nothing if it says nothing. */
  read(headers: CallHeaders, now: Date): readonly LogPosition[] | undefined;
  /** Gives the client its next token: after every mutation, and after reads if it keeps one at all. */
  answer(visit: Pick<Visit, "method" | "known" | "noted">, now: Date, headers: CallHeaders): void;
}

/** Seals with a key that all replicas of the gateway derive, and nobody else. */
export function createClientTokens(keyring: Keyring): ClientTokens {
  const key = createSecretKey(keyring.derive("consistency token"));
  const seal = (body: Uint8Array) => createHmac("sha256", key).update(body).digest().subarray(0, SEAL_BYTES);
  return {
    read(headers, now) {
      const text = headers.get(TOKEN_HEADER);
      if (!text) return undefined;
      const bytes = bytesOf(text);
      const body = bytes.subarray(0, -SEAL_BYTES);
      if (bytes.length < SEAL_BYTES || !timingSafeEqual(bytes.subarray(-SEAL_BYTES), seal(body)))
        throw meshFailure("CONSISTENCY_TOKEN_INVALID");
      return mergePositions(now, decodePositions(body.toString("base64url")));
    },
    answer({ method, known, noted }, now, headers) {
      if (!known && !isMutation(method)) return;
      const [only, ...more] = noted.heard;
      // What one service said of one call is merged already: to be sealed it need not be read.
      const text =
        only !== undefined && more.length === 0 && !known
          ? only
          : encodePositions(mergePositions(now, known ?? [], ...noted.heard.map(decodePositions)));
      const body = Buffer.from(text, "base64url");
      headers.set(TOKEN_HEADER, Buffer.concat([body, seal(body)]).toString("base64url"));
    },
  };
}
