/** One part of a job that many machines share: "2/8" is the second of eight. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** All of a job. */
export const WHOLE: Shard = { index: 1, count: 1 };

/** @throws RangeError unless it is i/n with whole numbers and 1 ≤ i ≤ n. */
export function parseShard(text: string): Shard {
  const [, first, second] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  const [index, count] = [Number(first), Number(second)];
  if (!(index >= 1 && index <= count)) {
    throw new RangeError(`a shard is i/n with i from 1 to n, such as 1/8, got "${text}"`);
  }
  return { index, count };
}

export const shardName = ({ index, count }: Shard) => `${index}/${count}`;

/**
 * Whether a question belongs to a shard: every n-th does, so that long questions which stand together are spread. It
 * depends on the question's place in the corpus and nothing else.
 *
 * @param position  of the question in the corpus, from 0.
 */
export function isInShard(position: number, { index, count }: Shard): boolean {
  return position % count === index - 1;
}
