import type { CallOptions } from "@connectrpc/connect";
import { Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { as } from "#mesh/testing.ts";
import { type Known, known } from "./relations.ts";
import type { Person } from "./things.ts";

/** Somebody who looks. */
export interface Viewer {
  readonly name: string;
  /** Absent for who is not signed in. */
  readonly person?: Person;
  readonly options: CallOptions;
  readonly suspended: boolean;
  readonly roles: readonly Role[];
  /** What is between the viewer and a person, out of the table. */
  knows(person: Person): Known;
}

/** The people whom everybody has to do with. */
export interface Cast {
  readonly viewer: Person;
  readonly neutral: Person;
  readonly passerBy: Person;
  readonly administrator: Person;
  /** Authors with whom it has come to what happens later. */
  readonly late: Set<Person>;
}

/** What is between the viewer and a person by now, out of the table. */
export const nowOf = ({ late }: Cast, person: Person): Known => {
  const { relation } = person;
  return known((late.has(person) ? relation?.later : relation)?.facts);
};

/** Everybody who looks at more than themselves. */
export function lookers(cast: Cast): Viewer[] {
  const { viewer, neutral, passerBy } = cast;
  // What an account is to everybody: there or not, locked or not. All else is between two.
  const toAll = (person: Person, more: Partial<Known> = {}): Known => {
    const { standing, locked } = nowOf(cast, person);
    return known({ standing, locked, ...more });
  };
  const mutual = { following: true, followedBy: true };
  const lockedNow = { locked: true }; // the viewer takes followers by request only
  const strange = (person: Person) => (person === viewer ? known(lockedNow) : toAll(person));
  const admired = (person: Person) => ({ ...strange(person), followedBy: person.relation !== undefined });
  return [
    looker("viewer", viewer, (person) => (person === neutral ? known(mutual) : nowOf(cast, person))),
    looker("neutral", neutral, (person) => toAll(person, { ...mutual, ...(person === viewer && lockedNow) })),
    looker("passer-by", passerBy, admired),
    looker("moderator", passerBy, admired, [Role.MODERATOR]),
    looker("anonymous", undefined, strange),
  ];
}

/** Somebody with every right to see who has power. */
export const administratorOf = ({ administrator }: Cast): Viewer =>
  looker("administrator", administrator, () => known(), [Role.ADMIN]);

/** An author, who sees of themselves all there is, and of the two others what is between them. */
export function selfOf(cast: Cast, author: Person): Viewer {
  const { blocking, blockedBy, following, followedBy, standing } = nowOf(cast, author);
  const suspended = standing === Standing.SUSPENDED;
  const back = { blocking: blockedBy, blockedBy: blocking, following: followedBy, followedBy: following, locked: true };
  return looker(
    `${author.name} itself`,
    author,
    (person) => {
      if (person === cast.viewer) return known(back);
      if (person === cast.neutral) return known({ following: true, followedBy: true });
      const other = nowOf(cast, person);
      return known({ standing: other.standing, locked: other.locked });
    },
    [],
    suspended,
  );
}

function looker(
  name: string,
  person: Person | undefined,
  between: (person: Person) => Known,
  roles: Role[] = [],
  suspended = false,
): Viewer {
  return {
    ...{ name, roles, suspended, ...(person && { person }) },
    options: person ? as(person.id, { roles, suspended }) : {},
    knows: (other) => (other === person ? known({ self: true }) : between(other)),
  };
}
