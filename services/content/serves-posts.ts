import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { serve } from "#mesh/service.ts";
import type { Deps } from "./deps.ts";
import { forgetAccount } from "./events/forget-account.ts";
import { mirrorAccount } from "./events/mirror-account.ts";
import { eraseAccounts } from "./jobs/erase-accounts.ts";
import { forgetDeleted } from "./jobs/forget-deleted.ts";
import { batchGetPosts } from "./rpc/batch-get-posts.ts";
import { createComment } from "./rpc/create-comment.ts";
import { createPost } from "./rpc/create-post.ts";
import { deleteComment } from "./rpc/delete-comment.ts";
import { deletePost } from "./rpc/delete-post.ts";
import { editPost } from "./rpc/edit-post.ts";
import { getPost } from "./rpc/get-post.ts";
import { getThread } from "./rpc/get-thread.ts";
import { listComments } from "./rpc/list-comments.ts";
import { listPostRevisions } from "./rpc/list-post-revisions.ts";
import { listPostsByAuthor } from "./rpc/list-posts-by-author.ts";
import { listReplies } from "./rpc/list-replies.ts";
import { undeletePost } from "./rpc/undelete-post.ts";

/** What people post, and the conversations it makes. */
export const postServes = [
  serve<typeof PostService, Deps>(PostService, {
    createPost,
    editPost,
    deletePost,
    undeletePost,
    getPost,
    batchGetPosts,
    listPostsByAuthor,
    listPostRevisions,
  }),
  serve<typeof ThreadService, Deps>(ThreadService, {
    getThread,
    listReplies,
    createComment,
    listComments,
    deleteComment,
  }),
];

/** What goes on beside it. */
export const postJobs = [forgetDeleted, eraseAccounts];

/** What it does about events. */
export const postConsumers = [mirrorAccount, forgetAccount];
