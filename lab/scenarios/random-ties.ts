import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import {
  AccountDeactivatedSchema,
  AccountDeletionCancelledSchema,
  AccountDeletionRequestedSchema,
  AccountReactivatedSchema,
  AccountReinstatedSchema,
  AccountSuspendedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { ToyDeps } from "#mesh/testing/toy.ts";
import { as, type TestMesh } from "#mesh/testing.ts";

const HIDING = [
  AccountDeactivatedSchema,
  AccountReactivatedSchema,
  AccountSuspendedSchema,
  AccountReinstatedSchema,
  AccountDeletionRequestedSchema,
  AccountDeletionCancelledSchema,
] as const;

/** Something that one of a few people does to another, by their numbers. */
export interface Step {
  readonly who: number;
  readonly whom: number;
  readonly kind: (typeof KINDS)[number];
  readonly a: boolean;
  readonly b: boolean;
  readonly scopes: MuteScope[];
  readonly hiding: number;
}

const KINDS = [
  ...(["follow", "follow", "follow", "accept", "unfollow", "remove", "flags", "flags"] as const),
  ...(["block", "unblock", "mute", "mute", "unmute", "lock", "list", "list", "hide", "wait"] as const),
];

/** Any step among so many people. */
export const steps = (people: number): fc.Arbitrary<Step> =>
  fc.record({
    who: fc.nat(people - 1),
    whom: fc.nat(people - 1),
    kind: fc.constantFrom(...KINDS),
    a: fc.boolean(),
    b: fc.boolean(),
    scopes: fc.subarray([MuteScope.HOME, MuteScope.NOTIFICATIONS, MuteScope.REPOSTS]),
    hiding: fc.nat(HIDING.length - 1),
  });

const MUTED_MS = 60_000;

/** Does it, as far as social-graph lets them. */
export async function take(mesh: TestMesh, people: readonly string[], step: Step): Promise<void> {
  const [who = "", accountId = ""] = [people[step.who], people[step.whom]];
  const graph = mesh.client(GraphService);
  const me = as(who);
  const doing: Record<Step["kind"], () => Promise<unknown>> = {
    follow: () => graph.followAccount({ accountId }, me),
    accept: () => graph.acceptFollowRequest({ accountId }, me),
    unfollow: () => graph.unfollowAccount({ accountId }, me),
    remove: () => graph.removeFollower({ accountId }, me),
    flags: () => graph.updateFollow({ accountId, hideReposts: step.a, hideFromHome: step.b }, me),
    block: () => graph.blockAccount({ accountId }, me),
    unblock: () => graph.unblockAccount({ accountId }, me),
    mute: () => {
      const expiresAt = timestampFromDate(new Date(mesh.clock.now().getTime() + MUTED_MS));
      return graph.muteAccount({ accountId, scopes: step.scopes, ...(step.a && { expiresAt }) }, me);
    },
    unmute: () => graph.unmuteAccount({ accountId }, me),
    lock: () => graph.updatePrivacySettings({ locked: step.a }, me),
    list: () => changeList(mesh, who, accountId, step),
    hide: () => hide(mesh, who, step.hiding),
    wait: async () => mesh.clock.advance(MUTED_MS / 2),
  };
  await doing[step.kind]().catch(() => undefined); // blocked, not there, not followed: then nothing happens
}

/** Everybody has one list, which is now exclusive and now not, and on which people come and go. */
async function changeList(mesh: TestMesh, who: string, accountId: string, { a, b }: Step): Promise<void> {
  const lists = mesh.client(ListService);
  await lists.createList({ title: "near", exclusive: a, idempotencyKey: "near" }, as(who)).catch(() => undefined);
  const [list] = (await lists.listLists({}, as(who))).lists;
  const listId = list?.listId ?? "";
  if (a) await lists.updateList({ listId, exclusive: b }, as(who));
  await (b
    ? lists.addListMember({ listId, accountId }, as(who))
    : lists.removeListMember({ listId, accountId }, as(who)));
}

let version = 1n;

async function hide(mesh: TestMesh, accountId: string, hiding: number): Promise<void> {
  const schema = HIDING[hiding] ?? AccountDeactivatedSchema;
  version += 1n;
  await mesh.deps<ToyDeps>("identity").db.commit(undefined, async (tx) => {
    tx.publish(schema, { accountId, version, profile: { accountId, handle: `h${accountId}`, version } });
  });
  await mesh.settle();
}
