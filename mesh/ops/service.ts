import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { type Served, serve } from "../service.ts";
import { getConsumerLag } from "./get-consumer-lag.ts";
import { getDeadLetter } from "./get-dead-letter.ts";
import { getDigest } from "./get-digest.ts";
import { getLogHeads } from "./get-log-heads.ts";
import { listConsumers } from "./list-consumers.ts";
import { listDeadLetters } from "./list-dead-letters.ts";
import type { OpsParts } from "./parts.ts";
import { readLog } from "./read-log.ts";
import { rebuildConsumer } from "./rebuild-consumer.ts";
import { redriveDeadLetters } from "./redrive-dead-letters.ts";
import { streamSnapshot } from "./stream-snapshot.ts";
import { tailLog } from "./tail-log.ts";

/** What every service with a log serves about it, to its peers and to operators. */
export const opsServed = (parts: OpsParts): Served<unknown> =>
  serve<typeof OpsService, unknown>(OpsService, {
    readLog: () => readLog(parts),
    getLogHeads: () => getLogHeads(parts),
    streamSnapshot: () => streamSnapshot(parts),
    getDigest: () => getDigest(parts),
    tailLog: () => tailLog(parts),
    listConsumers: () => listConsumers(parts),
    getConsumerLag: () => getConsumerLag(parts),
    listDeadLetters: () => listDeadLetters(parts),
    getDeadLetter: () => getDeadLetter(parts),
    redriveDeadLetters: () => redriveDeadLetters(parts),
    rebuildConsumer: () => rebuildConsumer(parts),
  });
