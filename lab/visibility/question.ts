import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Person, Thing } from "./things.ts";
import type { Town } from "./town.ts";
import type { Viewer } from "./viewers.ts";

/** One way of asking a method, and what its answer is about. */
export interface Question<Request = object, Answer = never> {
  readonly request: Request;
  /** Where the viewer may not see this, the answer is the very one to `missing`, which names what nobody has. */
  readonly about?: Thing;
  readonly missing?: Request;
  /** What is in the answer, page by page, if the viewer may see it; and is not if not. */
  readonly yields?: readonly Thing[];
  /** What is not there, though it might be seen. */
  readonly absent?: readonly Thing[];
  /** Judges as this surface has it, where that is not the method's own. */
  readonly surface?: Surface;
  /** What else is wrong with the first page. */
  readonly wrong?: (answer: Answer) => string | undefined;
}

/** Who looks, at what. */
export interface Scene {
  readonly town: Town;
  readonly viewer: Viewer;
}

/** How a method is asked. */
export interface Recipe<Method extends DescMethod = DescMethod, Request = object, Answer = never> {
  readonly method: Method;
  readonly surface?: Surface;
  /** Asked once by every viewer. */
  readonly once?: (scene: Scene) => readonly Question<Request, Answer>[];
  /** Asked about one author after the other. */
  readonly each?: (scene: Scene, author: Person) => readonly Question<Request, Answer>[];
  /** Only by these viewers. */
  readonly by?: readonly string[];
  /** Where an answer goes on, other than by its page token. */
  readonly goesOn?: (answer: Answer, request: Request) => readonly Request[];
}

/** For what the compiler must know of a method. */
export const recipe = <M extends DescMethod>(
  given: Recipe<M, MessageInitShape<M["input"]>, MessageShape<M["output"]>>,
): Recipe => given as unknown as Recipe;
