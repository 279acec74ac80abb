const MORE = 1.5;
const MOST_MORE = 3;
const LESS = 0.5;
const MOST_LESS = 4;

/** What a score is multiplied by: `balance` is how often a viewer wanted more of an author, less how often less. */
export const feedbackFactor = (balance: number): number =>
  balance >= 0 ? MORE ** Math.min(balance, MOST_MORE) : LESS ** Math.min(-balance, MOST_LESS);
