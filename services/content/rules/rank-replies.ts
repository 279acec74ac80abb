/** What ranking knows of a reply. */
export interface Rankable {
  readonly id: string;
  readonly authorId: string;
  /** Who wrote what it answers. */
  readonly parentAuthorId: string;
  readonly createdAt: Date;
  readonly likes: number;
  readonly shares: number;
  readonly replies: number;
}

const HOUR_MS = 3_600_000;

/** How engaging a reply is for its age. */
export function scoreOf({ likes, shares, replies, createdAt }: Rankable, now: Date): number {
  const hours = Math.max(0, now.getTime() - createdAt.getTime()) / HOUR_MS;
  return (likes + replies * 2.5 + shares * 3 + 1) / (hours + 2) ** 1.8;
}

/** The order of siblings: first what an author adds to the own post, oldest first; then by score, of equals the older one. */
export function rankReplies<R extends Rankable>(rows: readonly R[], now: Date): R[] {
  const keyed = rows.map((row) => ({ row, own: row.authorId === row.parentAuthorId, score: scoreOf(row, now) }));
  const older = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  keyed.sort((a, b) => {
    if (a.own !== b.own) return a.own ? -1 : 1;
    return (a.own ? 0 : b.score - a.score) || older(a.row.id, b.row.id);
  });
  return keyed.map(({ row }) => row);
}
