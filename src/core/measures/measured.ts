/** A measure's figure for one question. */
export interface Measured {
  /** Null where `reason` says why it is undefined. */
  readonly value: number | null;
  /** Answers, or pairs of answers, that it rests on. */
  readonly n: number;
  readonly reason: string | null;
}

export const undefinedMeasure = (n: number, reason: string): Measured => ({
  value: null,
  n,
  reason,
});

/** Mean of some figures, null with the reason if there are none. */
export function meanMeasure(values: readonly number[], reasonIfNone: string): Measured {
  const n = values.length;
  if (n === 0) return undefinedMeasure(0, reasonIfNone);
  return { value: values.reduce((a, b) => a + b) / n, n, reason: null };
}
