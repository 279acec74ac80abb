import { defineService } from "#mesh/service.ts";
import { calls, config } from "./deps.ts";
import { discoveryConsumers, discoveryJobs, discoveryServes } from "./serves-discovery.ts";
import { engagementJobs, engagementServes } from "./serves-engagement.ts";
import { postConsumers, postJobs, postServes } from "./serves-posts.ts";
import { Content20261124 } from "./store/migrations/20261124-content.ts";
import { Discovery20261124 } from "./store/migrations/20261124-discovery.ts";
import { Engagement20261124 } from "./store/migrations/20261124-engagement.ts";
import { Bookmarks20261126 } from "./store/migrations/20261126-bookmarks.ts";
import { snapshots } from "./store/snapshots.ts";

/** What people post, what others do with it, and how it is found. */
export const content = defineService({
  name: "content",
  config,
  calls,
  migrations: [Content20261124, Engagement20261124, Discovery20261124, Bookmarks20261126],
  serves: [...postServes, ...engagementServes, ...discoveryServes],
  jobs: [...postJobs, ...engagementJobs, ...discoveryJobs],
  consumes: [...postConsumers, ...discoveryConsumers],
  snapshots,
});
