import { PARTITIONS } from "../partition.ts";

/** How far the logs of a service had been written when somebody looked; one number for each partition. */
export interface Heads {
  readonly heads: readonly bigint[];
  readonly incarnation: string;
  readonly at: Date;
}

/** As bytes; JSON, so that a person can listen too. */
export const encodeHeads = ({ heads, incarnation, at }: Heads): Uint8Array =>
  Buffer.from(JSON.stringify({ at: at.toISOString(), incarnation, heads: heads.map(String) }));

/** Reads what `encodeHeads` wrote; undefined for anything else. */
export function decodeHeads(bytes: Uint8Array): Heads | undefined {
  try {
    const { at, incarnation, heads } = JSON.parse(Buffer.from(bytes).toString());
    const time = new Date(at);
    if (typeof incarnation !== "string" || typeof at !== "string" || Number.isNaN(time.getTime())) return undefined;
    if (!Array.isArray(heads) || heads.length !== PARTITIONS) return undefined;
    if (!heads.every((one) => typeof one === "string" && /^\d{1,19}$/.test(one))) return undefined;
    return { at: time, incarnation, heads: heads.map(BigInt) };
  } catch {
    return undefined;
  }
}
