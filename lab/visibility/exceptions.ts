// Decided for everything, though it depends on more than the viewer sees. Counts, PostCounts and PollResults are rows, exact
// and the same whoever looks; the matrix holds them against the rows. A page may be short, or empty: that something is
// hidden can be told from its length, what it is from nothing, and tokens are sealed. Numbers that are for one viewer
// (known followers, replies left out) count only what that viewer sees, and are held against that.

/**
 * Fields in which somebody may be named whom the viewer does not see, and why that was decided. Nothing else of theirs
 * is told there: no profile, no text. A test fails for each of them that hides nothing any more.
 */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  "skein.content.v1.PostCard.reply":
    "a card is the same bytes for every viewer: what its author answered, by id, is its author's to say",
  "skein.content.v1.PostCard.quoted": "as above: the id of what its author quoted; the quoted post itself is judged",
  "skein.content.v1.PostCard.facets": "as above: whom the text names, by id and handle, stands in the text",
  "skein.content.v1.PostCard.mentioned_ids": "as above",
  "skein.content.v1.Quote.post_id": "stands in the card too; that the post is not shown has one answer, whyever",
  "skein.content.v1.ThreadGone.post_id":
    "keeps the place between posts that are shown: their cards name it; deleted or hidden is one answer",
  "skein.content.v1.ThreadItem.parent_id": "as above: the tree is built from it",
  "skein.graph.v1.Block.account_id":
    "one's own block: it can be ended also when the account is gone; the profile is judged",
  "skein.graph.v1.Mute.account_id": "one's own mute, likewise",
  "skein.graph.v1.GraphRow.account_id": "one's own row in one's own archive; the handle is judged",
};
