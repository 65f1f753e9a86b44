/** Times of several ways to do the same, taken in turns so that what else the machine does falls on all of them. */

/** Median and extremes over rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export type Work = () => Promise<unknown>;

/**
 * Runs each way once to warm up and then once a round, in turns.
 * @param warm  false: no time for that.
 * @returns milliseconds, by way and round.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  ways: Readonly<Record<Name, Work>>,
  { warm = true } = {},
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (let round = warm ? 0 : 1; round <= rounds; round++) {
    for (const name of names) {
      const ms = await milliseconds(ways[name]);
      if (round > 0) times[name].push(ms);
    }
  }
  return times;
}

export async function milliseconds(work: Work): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
  };
}

/** How many times faster `fast` is, round by round. */
export function ratio(slow: readonly number[], fast: readonly number[]): Spread {
  return spread(slow.map((ms, round) => ms / fast[round]!));
}

/** "12.3 (11.9–12.8)" */
export function written({ median, min, max }: Spread, digits = 1): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
