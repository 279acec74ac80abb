import type { DescMethod } from "@bufbuild/protobuf";
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import type { Call } from "./caller.ts";
import { composed, type Part, partAt } from "./compose.ts";
import type { Person, Work } from "./job.ts";
import { type Chance, pick, textOf } from "./words.ts";

/** A call, under which name it is counted, and what its answer holds. */
export interface Planned extends Call {
  readonly kind: string;
  readonly items?: (body: Uint8Array) => number;
}

/** How many posts a read of the mix asks for. */
export const MIX_PAGE = 10;
const POST_CHARACTERS = 100;

type Kinds = { readonly [K in Work["kind"]]: (work: Extract<Work, { kind: K }>, chance: Chance) => () => Planned };

const kinds: Kinds = {
  empty: () => {
    const call = planned("empty", TimelineService.method.getReadMarker, {}, undefined);
    return () => call;
  },
  keys: ({ people }, chance) => {
    return () => planned("keys", SessionService.method.getJwks, {}, pick(people, chance));
  },
  home: ({ people, pageSize, mode, cursors }, chance) => {
    return () => {
      const at = Math.floor(chance() * people.length);
      const person = people[at] as Person;
      return homeRead(person, { pageSize, mode, pageToken: cursors?.[at] ?? "" });
    };
  },
  user: ({ people, pageSize }, chance) => {
    return () => userRead(pick(people, chance), pick(people, chance), pageSize);
  },
  post: ({ people }, chance) => {
    return () =>
      planned(
        "post",
        PostService.method.createPost,
        { post: { text: textOf(POST_CHARACTERS, chance) } },
        pick(people, chance),
      );
  },
  follow: ({ people, from }) => {
    let at = from;
    return () => {
      const [who, whom] = pairAt(at++, people.length);
      return planned(
        "follow",
        GraphService.method.followAccount,
        { accountId: (people[whom] as Person).id },
        people[who],
      );
    };
  },
  login: ({ handles, password }, chance) => {
    return () =>
      planned("login", SessionService.method.createSession, { login: pick(handles, chance), password }, undefined);
  },
  mix: ({ people, cursors }, chance) => {
    const parts: Readonly<Record<Part, () => Planned>> = {
      home: () => {
        const at = Math.floor(chance() * people.length);
        const pageToken = pick(cursors[at] ?? [""], chance);
        return homeRead(people[at] as Person, { pageSize: MIX_PAGE, mode: TimelineMode.CHRONOLOGICAL, pageToken });
      },
      user: () => userRead(pick(people, chance), pick(people, chance), MIX_PAGE),
      compose: () =>
        planned("compose", PostService.method.createPost, { post: composed(people, chance) }, pick(people, chance)),
    };
    return () => parts[partAt(chance)]();
  },
};

/** Makes the calls of a work, one after the other. */
export function callsOf(work: Work, chance: Chance): () => Planned {
  const make = kinds[work.kind] as (work: Work, chance: Chance) => () => Planned;
  return make(work, chance);
}

/** The pair at a place: everybody with everybody else, in both directions, before any pair comes again. */
export function pairAt(at: number, people: number): [who: number, whom: number] {
  const who = at % people;
  const step = 1 + (Math.floor(at / people) % (people - 1));
  return [who, (who + step) % people];
}

/** Reads one page of a home timeline. */
export function homeRead(
  person: Person,
  request: MessageInitShape<typeof TimelineService.method.listHomeTimeline.input>,
): Planned {
  return planned("home", TimelineService.method.listHomeTimeline, request, person, (body) => {
    return fromBinary(TimelineService.method.listHomeTimeline.output, body).items.length;
  });
}

function userRead(reader: Person, { id: accountId }: Person, pageSize: number): Planned {
  const { listUserTimeline } = TimelineService.method;
  return planned("user", listUserTimeline, { accountId, pageSize }, reader, (body) => {
    return fromBinary(listUserTimeline.output, body).items.length;
  });
}

/** A call of a method as it goes over the wire. */
export function planned<I extends DescMessage>(
  kind: string,
  method: DescMethod & { readonly input: I },
  request: MessageInitShape<I>,
  person: Pick<Person, "token"> | undefined,
  items?: (body: Uint8Array) => number,
): Planned {
  const path = `/${method.parent.typeName}/${method.name}`;
  const body = toBinary(method.input, create(method.input, request));
  return { kind, path, body, token: person?.token, ...(items && { items }) };
}
