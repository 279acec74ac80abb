import type { DescService } from "@bufbuild/protobuf";
import { Migration } from "@mikro-orm/migrations";
import type { Spec } from "../config.ts";
import { judged } from "../context.ts";
import { type AnyRpc, type Definition, defineService, type Loan, type Served, type Service } from "../service.ts";

/** What handlers of a toy are given. */
export type ToyDeps = Loan<Record<string, DescService>, Spec>;

class Toy20261121 extends Migration {
  override name = "20261121_toy";
  override up(): void {
    this.addSql("create table effect (id uuid primary key, what text not null)");
  }
}

/**
 * A service with real contracts and handlers of a test's own; methods that the test does not care for answer nothing.
 * What it shows counts as judged: it has nothing that anybody should not see.
 */
export function toy(
  name: string,
  contracts: readonly DescService[],
  handlers: Record<string, (deps: ToyDeps) => AnyRpc>,
  calls: Record<string, DescService> = {},
  more: Partial<Pick<Definition<Record<string, DescService>, Spec, object>, "consumes" | "snapshots" | "jobs">> = {},
): Service {
  const empty = () => async () => ({});
  const serves = contracts.map(
    (contract): Served<ToyDeps> => ({
      contract,
      handlers: Object.fromEntries(
        contract.methods.map(({ localName }) => [localName, judging(handlers[localName] ?? empty)]),
      ),
    }),
  );
  return defineService({ name, config: {}, calls, entities: [], migrations: [Toy20261121], serves, ...more });
}

const judging =
  (make: (deps: ToyDeps) => AnyRpc) =>
  (deps: ToyDeps): AnyRpc => {
    const handler = make(deps);
    return (request, context) => {
      judged(context);
      return handler(request, context);
    };
  };
