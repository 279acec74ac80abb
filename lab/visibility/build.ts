import type { DescService } from "@bufbuild/protobuf";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import { signIn } from "../../services/identity/testing/people.ts";
import { inParts } from "./in-parts.ts";
import { personOf, register } from "./people.ts";
import { RELATIONS, type Relation } from "./relations.ts";
import { relate } from "./steps.ts";
import { mark, type Town } from "./town.ts";
import { bothWrite, leaveTraces } from "./traces.ts";

/** Settles everybody, lets them do everything to each other on the best of terms, and then parts them. */
export async function build(mesh: TestMesh): Promise<Town> {
  const first = ["viewer", "neutral", "passer_by", "administrator"].map((name) => ({ name }));
  const all = [...first, ...RELATIONS.map((relation) => ({ name: relation.name, relation }))];
  const [viewer, neutral, passerBy, administrator, ...authors] = await register(mesh, all);
  if (!viewer || !neutral || !passerBy || !administrator) throw new Error("nobody is there");
  await mesh.settle();
  const client = <S extends DescService>(contract: S) => mesh.client(contract);
  const { list } = await client(ListService).createList({ title: "everybody" }, as(viewer.id));
  const town: Town = {
    ...{ mesh, authors, client, cast: { viewer, neutral, passerBy, administrator, late: new Set() } },
    nobody: personOf("nobody", mesh.deps("content").ids.next()),
    listId: list?.listId ?? "",
    ...{ marks: new Map(), things: new Map(), answersToNobody: new Map() },
  };
  for (const person of [viewer, neutral, passerBy, administrator, ...authors])
    mark(town, person.account, `face_${person.name}`, person.handle);
  await bothWrite(town);
  await inParts(authors, 6, (author) => leaveTraces(town, author));
  await client(GraphService).updatePrivacySettings({ locked: true }, as(viewer.id));
  const session = await signIn(mesh, administrator.id);
  const power = as(administrator.id, { sessionId: session, roles: [Role.ADMIN] });
  await inParts(authors, 6, (author) => relate(town, author, (author.relation as Relation).steps, power));
  await mesh.settle();
  for (const [service, job] of [
    ["social-graph", "fold-counts"],
    ["content", "compute-trends"],
  ] as const)
    while (!(await mesh.runJob(service, job))); // the host's own turn: wait until it is over
  return town;
}
