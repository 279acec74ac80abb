import type { Consumer } from "../consumer.ts";
import type { Following } from "../log/read-info.ts";
import type { ConsumerHandle } from "./parts.ts";

/** One consumer over all its sources. */
export function handleOf(
  consumer: Consumer<unknown>,
  sources: readonly string[],
  all: () => readonly Following[],
): ConsumerHandle {
  const mine = () => all().filter(({ runner }) => runner.consumer === consumer);
  const at = (source: string) => {
    const found = mine().find(({ feed }) => feed.source === source);
    if (!found) throw new Error(`${consumer.name} does not follow ${source}, or not yet`);
    return found.runner;
  };
  return {
    consumer,
    sources,
    get applied() {
      return mine().reduce((sum, { runner }) => sum + runner.applied, 0);
    },
    stuck: (source) => at(source).stuck,
    position: (source, partition) => at(source).position(partition),
    apply: (tx, source, entry) => at(source).apply(tx, source, entry),
    paused: (source, partition, work) => at(source).paused(partition, work),
  };
}
