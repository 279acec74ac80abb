import { fromBinary } from "@bufbuild/protobuf";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { createMemory } from "../hot/memory.ts";
import type { Author } from "../view/shapes.ts";

/** A profile and its version. */
export interface KnownAuthor {
  readonly author: Author;
  readonly version: string;
}

/** Profiles in this process's memory: right only if the table says in that very statement that the version holds. */
export interface KnownAuthors {
  find(accountId: string): KnownAuthor | undefined;
  /** Keeps what a statement brought, and returns it by place: place in what was asked, version, length, profile; one behind the other. */
  learn(asked: readonly string[], records: Buffer): Map<number, Author>;
}

const MOST = 50_000;
const HEAD_BYTES = 16;

/** Nobody is known yet. */
export function createKnownAuthors(most = MOST): KnownAuthors {
  const kept = createMemory<KnownAuthor>(most);
  return {
    find: (accountId) => kept.get(accountId),
    learn(asked, records) {
      const learnt = new Map<number, Author>();
      for (let at = 0; at < records.length; ) {
        const place = records.readInt32BE(at);
        const end = at + HEAD_BYTES + records.readInt32BE(at + 12);
        const author = authorOf(asked[place] ?? "", records.subarray(at + HEAD_BYTES, end));
        kept.set(author.accountId, { author, version: String(records.readBigInt64BE(at + 4)) });
        learnt.set(place, author);
        at = end;
      }
      return learnt;
    },
  };
}

function authorOf(accountId: string, bytes: Buffer): Author {
  const profile = new Uint8Array(bytes); // a copy: a view would keep the whole answer alive
  const { handle, displayName } = fromBinary(ProfileSchema, profile);
  return { accountId, profile, handle, displayName };
}
