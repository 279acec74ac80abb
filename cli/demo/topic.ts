/** A question with answers to choose from. */
export interface Question {
  readonly text: string;
  readonly options: readonly string[];
}

/** Something that people come together about, and how they talk about it. `{word}` stands for one of `words`, or of everybody's words. */
export interface Topic {
  readonly name: string;
  readonly sign: string;
  /** Hashtags as people write them. */
  readonly tags: readonly string[];
  /** What they say of themselves. */
  readonly bios: readonly string[];
  readonly posts: readonly string[];
  readonly replies: readonly string[];
  readonly polls: readonly Question[];
  readonly words: Readonly<Record<string, readonly string[]>>;
}
