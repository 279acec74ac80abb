import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ReadInfoSchema } from "#gen/skein/common/v1/consistency_pb.ts";
import type { Delivery } from "../consumer.ts";
import type { Context } from "../context.ts";

/** What a service can ask about the events it consumes. */
export interface Feeds {
  /**
   * Honours the caller's consistency token for these consumers, waiting a little if it must, and says how current an
   * answer is that stands on them. Without names the answer comes from the owner's own tables, and asking costs nothing.
   */
  readInfo(context: Context, ...consumers: string[]): Promise<MessageInitShape<typeof ReadInfoSchema>>;
  /** Pulls one partition of a source up to its present head and applies it: for what was announced a moment ago. */
  catchUp(source: string, shardKey: string): Promise<void>;
  /** Everything that the consumer's source announced before this moment has been applied. */
  freshAsOf(consumer: string): Promise<Date>;
  /**
   * Resolves when another consumer of ours has committed these events: for one that builds upon what the other writes.
   * False if it has not within the time, or if another replica applies the partition by now.
   */
  applied(consumer: string, events: Iterable<Pick<Delivery, "source" | "partition" | "seq">>): Promise<boolean>;
  /** How many events the consumer has not applied yet. */
  behind(consumer: string): Promise<bigint>;
}
