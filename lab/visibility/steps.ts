import type { CallOptions } from "@connectrpc/connect";
import { Relation_MuteScope as Mute } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../../services/social-graph/deps.ts";
import { addBlocks } from "../../services/social-graph/store/add-blocks.ts";
import { PASSWORD } from "./people.ts";
import type { Step } from "./relations.ts";
import type { Person } from "./things.ts";
import type { Town } from "./town.ts";

const EVERYTHING = [Mute.HOME, Mute.NOTIFICATIONS, Mute.REPOSTS];

/** Goes through the steps that make an author's relation to the viewer, one after the other. */
export async function relate(
  { mesh, client, cast: { viewer } }: Town,
  author: Person,
  steps: readonly Step[],
  power: CallOptions,
): Promise<void> {
  const [graph, identity, privacy] = [client(GraphService), client(IdentityService), client(PrivacyService)];
  const [me, them] = [as(viewer.id), as(author.id)];
  const [toThem, toMe] = [{ accountId: author.id }, { accountId: viewer.id }];
  const mute = (scopes: Mute[]) => graph.muteAccount({ ...toThem, scopes }, me);
  const take: Record<Step, () => Promise<unknown>> = {
    "viewer follows": () => graph.followAccount(toThem, me),
    "viewer unfollows": () => graph.unfollowAccount(toThem, me),
    "viewer blocks": () => graph.blockAccount(toThem, me),
    "viewer unblocks": () => graph.unblockAccount(toThem, me),
    "viewer hides from home": () => graph.updateFollow({ ...toThem, hideFromHome: true }, me),
    "viewer hides reposts": () => graph.updateFollow({ ...toThem, hideReposts: true }, me),
    "viewer mutes home": () => mute([Mute.HOME]),
    "viewer mutes notifications": () => mute([Mute.NOTIFICATIONS]),
    "viewer mutes reposts": () => mute([Mute.REPOSTS]),
    "viewer mutes everything": () => mute(EVERYTHING),
    "viewer unmutes": () => graph.unmuteAccount(toThem, me),
    "author blocks": () => graph.blockAccount(toMe, them),
    "author unblocks": () => graph.unblockAccount(toMe, them),
    "author unfollows": () => graph.unfollowAccount(toMe, them),
    "author asks": () => graph.followAccount(toMe, them), // the viewer is locked by now
    "author locks": () => graph.updatePrivacySettings({ locked: true }, them),
    "author unlocks": () => graph.updatePrivacySettings({ locked: false }, them),
    // Who is blocked already finds nobody to block: only of two at the same moment neither has seen the other.
    "both block at once": () => Promise.all([blockUnseen(mesh, viewer, author), blockUnseen(mesh, author, viewer)]),
    "author deactivates": () => identity.deactivateAccount({}, them),
    "author reactivates": () => identity.reactivateAccount({}, them),
    "author deletes": () => privacy.deleteAccount({ password: PASSWORD }, them),
    "moderation suspends": () => identity.suspendAccount({ accountId: author.id, reason: "a test" }, power),
    "moderation lifts": () => identity.liftSuspension({ accountId: author.id, reason: "a test" }, power),
  };
  for (const step of steps) await take[step]();
}

const blockUnseen = (mesh: TestMesh, { id: blockerId }: Person, { id: blockedId }: Person): Promise<unknown> => {
  const { db, clock } = mesh.deps<Deps>("social-graph");
  return db.commit(undefined, (tx) => addBlocks(tx, blockerId, [{ blockedId }], clock.now()));
};
