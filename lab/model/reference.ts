import type { Audience, Seen } from "./world.ts";

/** One post as the model knows it. */
export interface ModelPost {
  readonly author: number;
  readonly audience: Audience;
  readonly parent: string | undefined;
  deleted: boolean;
  readonly likes: Set<number>;
  /** When it was published, and when each of those who share it did: steps of one clock. */
  readonly at: number;
  readonly shares: Map<number, number>;
}

/** The whole product in some sets and maps: what every answer is compared with. */
export class Reference {
  readonly follows = new Set<string>();
  readonly blocks = new Set<string>();
  readonly mutes = new Set<string>();
  readonly posts = new Map<string, ModelPost>();

  private clock = 0;

  publish(id: string, author: number, audience: Audience, parent?: string): void {
    const at = ++this.clock;
    this.posts.set(id, { author, audience, parent, deleted: false, likes: new Set(), at, shares: new Map() });
  }
  share(who: number, id: string): void {
    const shares = this.posts.get(id)?.shares;
    if (!shares?.has(who)) shares?.set(who, ++this.clock);
  }
  readonly blocked = (a: number, b: number): boolean => this.blocks.has(`${a} ${b}`) || this.blocks.has(`${b} ${a}`);

  follow(a: number, b: number): boolean {
    if (this.blocked(a, b)) return false;
    this.follows.add(`${a} ${b}`);
    return true;
  }
  block(a: number, b: number): void {
    this.blocks.add(`${a} ${b}`);
    this.follows.delete(`${a} ${b}`);
    this.follows.delete(`${b} ${a}`);
  }
  visible(viewer: number, id: string): ModelPost | undefined {
    const post = this.posts.get(id);
    if (!post || post.deleted) return undefined;
    if (post.author === viewer) return post;
    if (this.blocked(viewer, post.author) || post.audience === "PRIVATE") return undefined;
    return post.audience === "PUBLIC" || this.follows.has(`${viewer} ${post.author}`) ? post : undefined;
  }
  seen(viewer: number, id: string): Seen | undefined {
    const post = this.visible(viewer, id);
    if (!post) return undefined;
    return {
      likes: post.likes.size,
      replies: this.repliesTo(id),
      liked: post.likes.has(viewer),
      folded: post.author !== viewer && this.mutes.has(`${viewer} ${post.author}`),
    };
  }
  /** Replies that everybody may see are counted, those for a chosen few are not. */
  repliesTo(id: string): number {
    return [...this.posts.values()].filter(
      ({ parent, deleted, audience }) => parent === id && !deleted && audience !== "PRIVATE",
    ).length;
  }
  followersOf(viewer: number, whom: number): number[] {
    if (this.blocked(viewer, whom)) return [];
    return [...this.follows]
      .map((edge) => edge.split(" ").map(Number) as [number, number])
      .filter(([a, b]) => b === whom && !this.blocked(viewer, a))
      .map(([a]) => a)
      .sort((a, b) => a - b);
  }
  likersOf(viewer: number, id: string): number[] {
    return [...(this.visible(viewer, id)?.likes ?? [])]
      .filter((liker) => !this.blocked(viewer, liker))
      .sort((a, b) => a - b);
  }
  /** Posts of a home timeline, newest place first: a post stands where the latest act that brings it put it. */
  home(viewer: number): string[] {
    const near = (whom: number) => whom === viewer || this.follows.has(`${viewer} ${whom}`);
    const wanted = (whom: number) => whom === viewer || !this.mutes.has(`${viewer} ${whom}`);
    const brings = (whom: number) => near(whom) && wanted(whom);
    const places = [...this.posts].flatMap(([id, post]) => {
      if (!this.visible(viewer, id) || !wanted(post.author)) return [];
      const answered = post.parent === undefined ? undefined : this.posts.get(post.parent)?.author;
      // Others' replies are of interest to whoever knows both sides.
      const own = brings(post.author) && (post.author === viewer || answered === undefined || near(answered));
      const acts = [...post.shares].filter(([whom]) => brings(whom)).map(([, at]) => at);
      const at = Math.max(own ? post.at : 0, ...acts);
      return at > 0 ? [{ id, at }] : [];
    });
    return places.sort((a, b) => b.at - a.at).map(({ id }) => id);
  }
  countsOf(whom: number): { followers: number; following: number } {
    const edges = [...this.follows].map((edge) => edge.split(" ").map(Number));
    return {
      followers: edges.filter(([, b]) => b === whom).length,
      following: edges.filter(([a]) => a === whom).length,
    };
  }
}
