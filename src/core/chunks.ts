/** Runs of `size` items, in order; the last may be shorter. @throws RangeError unless size is 1 or more. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  if (!(size >= 1)) throw new RangeError(`a chunk has 1 item or more, got ${size}`);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
