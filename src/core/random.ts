/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * Mulberry32: 32 bits of state, period 2³², enough for resampling and shuffles, not for secrets.
 *
 * @param seed  taken modulo 2³².
 * @see T. Ettinger 2017. The bootstrap of our Krippendorff vectors uses this generator.
 */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A seed for one purpose, so that no two parts of a study share a stream:
 * `deriveSeed(7, "shuffle", epoch)`. Order matters; 1 and "1" are the same purpose.
 *
 * FNV-1a over the characters of the seed and the purposes, finished as MurmurHash3 does (fmix32).
 *
 * @param seed  a safe integer; more than 32 bits are all taken in.
 * @returns     an unsigned 32-bit integer.
 * @throws RangeError if the seed is not a safe integer.
 */
export function deriveSeed(seed: number, ...purpose: readonly (string | number)[]): number {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed must be an integer, got ${seed}`);
  let hash = 0x811c9dc5;
  for (const part of [seed, ...purpose]) {
    // \0 ends a part, so that ("ab") and ("a", "b") differ
    for (const character of `${part}\0`) hash = mix(hash, character.codePointAt(0)!);
  }
  return finalise(hash);
}

/** The stream of one purpose: mulberry32 seeded by `deriveSeed`. */
export function stream(seed: number, ...purpose: readonly (string | number)[]): Random {
  return mulberry32(deriveSeed(seed, ...purpose));
}

/** Fisher–Yates: a new array with every order equally likely. The input is untouched. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  return sampleWithoutReplacement(items, items.length, random);
}

/**
 * `n` different positions of `items`, in random order: the first n steps of Fisher–Yates.
 * @throws RangeError unless n is an integer from 0 to the number of items.
 */
export function sampleWithoutReplacement<T>(items: readonly T[], n: number, random: Random): T[] {
  if (!Number.isInteger(n) || n < 0 || n > items.length) {
    throw new RangeError(`cannot draw ${n} of ${items.length} items without replacement`);
  }
  const pool = [...items];
  for (let i = 0; i < n; i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  return pool.slice(0, n);
}

function mix(hash: number, codePoint: number): number {
  return Math.imul(hash ^ codePoint, 0x01000193);
}

function finalise(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
