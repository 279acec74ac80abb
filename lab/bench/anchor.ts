import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";

// What everything on the wire is compared with, for ever: connect-node as it is, over h2c, one method that is asked nothing
// and answers nothing, in a process of its own. It must never profit from anything that we make leaner.

const handler = connectNodeAdapter({
  routes: (router) => router.service(TimelineService, { getReadMarker: () => ({}) }),
});
const server = http2.createServer(handler).listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.once("disconnect", () => process.exit());
