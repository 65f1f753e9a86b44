/** Where the tokens of a batch of responses lie. Index t of a row belongs to the state before token t + 1. */

/** One sampled response, as token ids. */
export interface Rollout {
  readonly query: readonly number[];
  readonly response: readonly number[];
}

/**
 * Packed arrays hold the N response tokens alone, row after row; padded ones are [rows × columns] with one column
 * less than the longest sequence, as TRL lays them out.
 */
export interface ResponseLayout {
  readonly rows: number;
  readonly columns: number;
  /** [rows + 1] where each row starts in a packed array; the last entry is N. */
  readonly starts: readonly number[];
  /** [N] index of each response token in a padded array. */
  readonly positions: Int32Array;
  /** [rows × columns] 1 at a response token, else 0. */
  readonly mask: Uint8Array;
}

/**
 * The layout of rollouts padded on the right.
 * @throws RangeError for an empty query, which leaves the first response token without a state before it.
 */
export function responseLayout(rollouts: readonly Rollout[]): ResponseLayout {
  const lengths = rollouts.map(({ query, response }) => query.length + response.length);
  const columns = Math.max(...lengths) - 1;
  const starts = [0];
  const positions = rollouts.flatMap(({ query, response }, row) => {
    if (query.length === 0) throw new RangeError(`the query of rollout ${row} is empty`);
    starts.push(starts.at(-1)! + response.length);
    return response.map((_, t) => row * columns + query.length - 1 + t);
  });
  const mask = new Uint8Array(rollouts.length * columns);
  for (const at of positions) mask[at] = 1;
  return {
    rows: rollouts.length,
    columns,
    starts,
    positions: Int32Array.from(positions),
    mask,
  };
}

/** Packed to padded; 0 where no response token stands. */
export function unpack(packed: Float32Array, { positions, mask }: ResponseLayout): Float32Array {
  const padded = new Float32Array(mask.length);
  positions.forEach((at, i) => (padded[at] = packed[i]!));
  return padded;
}

/** Padded to packed. */
export function pack(padded: Float32Array, { positions }: ResponseLayout): Float32Array {
  return Float32Array.from(positions, (at) => padded[at]!);
}

/** The packed entries of one row, as a view. */
export function packedRow(
  packed: Float32Array,
  { starts }: ResponseLayout,
  row: number,
): Float32Array {
  return packed.subarray(starts[row], starts[row + 1]);
}

/** The packed entries of some rows, in that order. */
export function packedRows(
  packed: Float32Array,
  layout: ResponseLayout,
  rows: readonly number[],
): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...packedRow(packed, layout, row)]));
}
