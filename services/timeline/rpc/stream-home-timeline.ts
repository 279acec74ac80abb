import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Completeness_State, TimelineItemSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import {
  ResetReason,
  type StreamHomeTimelineResponseSchema,
  type TimelineService,
} from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf, judged } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { difference, type Held, told } from "../live/difference.ts";
import { createEar } from "../live/ear.ts";
import { lookAtHome } from "../live/look.ts";
import { heldOf, knownOf, resumeTokenOf, resumptionIn } from "../live/resume.ts";
import { gateConsumers } from "../view/gate.ts";

type Frame = NonNullable<MessageInitShape<typeof StreamHomeTimelineResponseSchema>["frame"]>;

/** Also without a word from anybody the home is looked at so often: words can be lost. */
const HEARTBEAT_MS = 4_500;
/** What a token says is of no use any more after a day. */
const TOO_OLD_MS = 86_400_000;

/** Looks at the home whenever somebody says that it may have changed, and tells the difference to what the client has. */
export const streamHomeTimeline = (deps: Deps): Rpc<typeof TimelineService.method.streamHomeTimeline> =>
  async function* ({ resumeToken, pageSize: asked }, ctx) {
    const viewerId = callerOf(ctx);
    const size = pageSize(asked);
    const resumed = resumeToken === "" ? undefined : resumptionIn(deps, resumeToken);
    if (resumeToken !== "" && !resumed) throw failure("TOKEN_INVALID");
    let held: Held = resumed ?? { known: [], whole: false };
    const frame = (value: Frame) => ({ frame: value, resumeToken: resumeTokenOf(deps, held) });
    const reset = (reason: ResetReason) => ({ frame: { case: "reset", value: { reason } } as const });
    const ids = () => new Set(held.known.map(({ postId }) => postId));
    using ear = createEar(
      (fn) => deps.homes.wakes.on(viewerId, fn),
      (wake) => wake.kind !== "POSTS" || !wake.ids.isDisjointFrom(ids()),
      deps.timers,
    );

    async function* snapshot() {
      const { items, bytes, floor, missing } = await lookAtHome(deps, ctx, viewerId, size);
      held = heldOf(items, floor === undefined);
      const state = missing.length > 0 ? Completeness_State.PARTIAL : Completeness_State.COMPLETE;
      const value = {
        items: bytes.map((one) => fromBinary(TimelineItemSchema, one)),
        completeness: { state, missingSources: [...missing] },
      };
      yield frame({ case: "snapshot", value });
    }

    async function* changes() {
      const head = await lookAtHome(deps, ctx, viewerId);
      const shown = head.items.map((item, place) => ({
        ...knownOf(item),
        bytes: head.bytes[place] ?? new Uint8Array(),
      }));
      const { removes, upserts, torn } = difference(held, { ...head, items: shown });
      if (torn) {
        yield reset(ResetReason.TOO_MUCH);
        yield* snapshot();
        return;
      }
      for (const removed of removes) {
        held = told(held, { removed });
        yield frame({ case: "remove", value: { itemId: removed.itemId, postId: removed.postId } });
      }
      for (const upserted of upserts) {
        held = told(held, { upserted });
        yield frame({ case: "upsert", value: { item: fromBinary(TimelineItemSchema, upserted.bytes) } });
      }
    }

    await deps.feeds.readInfo(ctx, ...gateConsumers);
    const tooOld = resumed && deps.clock.now().getTime() - resumed.givenMs > TOO_OLD_MS;
    judged(ctx); // of frames that show nobody; every look asks for itself
    if (tooOld) yield reset(ResetReason.TOO_OLD);
    if (!resumed || tooOld) yield* snapshot();
    else yield* changes();
    yield frame({ case: "caughtUp", value: {} });
    // Whoever's proof of identity has run out comes back with a new one, or not: ended sessions do not go on.
    const until = ctx.actor?.expiresAt.getTime() ?? 0;
    for (;;) {
      const left = until - deps.clock.now().getTime();
      if (left <= 0) return;
      await ear.next(Math.min(HEARTBEAT_MS, left), ctx.signal);
      let any = false;
      for await (const change of changes()) {
        any = true;
        yield change;
      }
      if (any) yield frame({ case: "caughtUp", value: {} });
      else yield frame({ case: "heartbeat", value: { at: timestampFromDate(deps.clock.now()) } });
    }
  };
