import { createHash } from "node:crypto";
import type { DescMethod } from "@bufbuild/protobuf";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { Auth } from "#gen/skein/options/v1/options_pb.ts";
import { TOKEN_HEADER } from "#mesh/consistency.ts";
import { optionsOf } from "#mesh/contract.ts";

/**
 * Says whether an answer may be kept. Only a successful GET of a method that declares it; everything else, failures
 * above all, is said to be for once.
 */
export async function withCaching(
  method: DescMethod,
  verb: string,
  ifNoneMatch: string | null,
  answer: UniversalServerResponse,
): Promise<UniversalServerResponse> {
  const header = new Headers(answer.header);
  const policy = verb === "GET" && answer.status === 200 ? cacheControl(method) : undefined;
  header.set("cache-control", policy ?? "no-store");
  if (!policy) return { ...answer, header };
  header.delete(TOKEN_HEADER); // it is one client's, and of one moment
  const body = await wholeOf(answer.body);
  const etag = `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  header.set("etag", etag);
  if (!matches(ifNoneMatch, etag)) return { ...answer, header, body: once(body) };
  for (const name of ["content-type", "content-length", "content-encoding"]) header.delete(name);
  return { status: 304, header };
}

function cacheControl(method: DescMethod): string | undefined {
  const { cache, auth } = optionsOf(method);
  if (!cache) return undefined;
  const age = cache.maxAgeS > 0 ? `max-age=${cache.maxAgeS}` : "no-cache";
  return cache.shared && auth === Auth.NONE ? `public, ${age}` : `private, ${age}`;
}

/** Weak comparison: a proxy that recompresses may have weakened the tag. */
function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, "");
  return ifNoneMatch.trim() === "*" || ifNoneMatch.split(",").some((tag) => bare(tag) === bare(etag));
}

async function wholeOf(body: UniversalServerResponse["body"]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(body: Uint8Array) {
  yield body;
}
