import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Scene } from "../question.ts";
import type { Person, Thing } from "../things.ts";

/** One thing done towards an author. */
export interface Try<Request = object> {
  readonly about: Thing;
  /** Made for the id, or handle, of what it is about, and for what nobody has. */
  readonly request: (target: Pick<Thing, "id" | "of">) => Request | Promise<Request>;
  /** Says whether it ends like with nobody, where that is not for visibility to say. */
  readonly alike?: boolean;
}

/** Something that a viewer does, and how its outcome depends on what the viewer sees. */
export interface Act<Method extends DescMethod = DescMethod, Request = object, Answer = never> {
  readonly method: Method;
  /** As this surface has it, nobody is there: the outcome is to the last byte the one with what nobody has. */
  readonly surface: Surface;
  /** The outcome is always the one with what nobody has. */
  readonly always?: true;
  readonly towards: (scene: Scene, author: Person) => readonly Try<Request>[];
  /** What is compared of an answer that says more than its outcome. */
  readonly told?: (answer: Answer) => string;
}

/** For what the compiler must know of a method. */
export const act = <M extends DescMethod>(
  given: Act<M, MessageInitShape<M["input"]>, MessageShape<M["output"]>>,
): Act => given as unknown as Act;
