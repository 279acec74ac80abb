/** Chance that can be repeated: the same seed says the same things in the same order. */
export interface Chance {
  /** From 0 up to, but not including, 1. */
  next(): number;
  below(limit: number): number;
  hit(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Around 0, most of it between -2 and 2. */
  normal(): number;
  /** 32 bits. */
  word(): number;
}

/** Chance for one purpose: whoever asks under another name hears something else, and nobody is in the other's way. */
export function chanceOf(...name: readonly (string | number)[]): Chance {
  let [a, b, c, d] = scattered(name.join(" "));
  const word = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) word();
  const next = () => word() / 2 ** 32;
  return {
    next,
    word,
    below: (limit) => Math.floor(next() * limit),
    hit: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error("there is nothing to pick from");
      return list[Math.floor(next() * list.length)] as T;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** Four words of which each depends on the whole text. */
function scattered(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    words[0] = words[1] ^ Math.imul(words[0] ^ code, 597399067);
    words[1] = words[2] ^ Math.imul(words[1] ^ code, 2869860233);
    words[2] = words[3] ^ Math.imul(words[2] ^ code, 951274213);
    words[3] = words[0] ^ Math.imul(words[3] ^ code, 2716044179);
  }
  return words;
}

/** Draws indexes, each as often as its weight says. */
export function drawer(weights: readonly number[]): (chance: Chance) => number {
  const sums: number[] = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    sums.push(total);
  }
  return (chance) => {
    const goal = chance.next() * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) > goal) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
