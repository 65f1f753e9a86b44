import { type Alpha, alphaOf, krippendorffAlpha } from "./alpha";
import { type AlphaBootstrap, bootstrapEncoded } from "./alpha-bootstrap";
import type { Level, Unit } from "./alpha-level";
import type { BootstrapOptions, Interval } from "./bootstrap";
import { alphaFrom, disagreement, encodeUnits, patternWeights } from "./coincidences";

/** α of a part of the units, with its bootstrap interval. */
export interface AlphaWithInterval extends Alpha {
  readonly interval: Interval | null;
  readonly undefinedReplicates: number;
}

export interface BlockAlpha extends AlphaWithInterval {
  /** Units from–to of the block, counted from 1, both included. */
  readonly from: number;
  readonly to: number;
}

/** α and its interval in one go. @throws RangeError as `krippendorffAlpha` and `bootstrapAlpha`. */
export function alphaWithInterval(
  units: readonly Unit[],
  level: Level,
  bootstrap: BootstrapOptions,
): AlphaWithInterval {
  const encoded = encodeUnits(units, level);
  const { interval, undefinedReplicates }: AlphaBootstrap = bootstrapEncoded(encoded, bootstrap);
  return { ...alphaOf(encoded), interval, undefinedReplicates };
}

/**
 * What each unit does to α: α − α without the unit. Below 0 the unit costs agreement.
 *
 * @returns  [units] 0 for units with fewer than 2 ratings; null where one of the two α is undefined.
 */
export function alphaInfluence(units: readonly Unit[], level: Level): (number | null)[] {
  const encoded = encodeUnits(units, level);
  const weights = patternWeights(encoded);
  const alpha = alphaFrom(disagreement(encoded, weights));
  const ofPattern = encoded.patterns.map((_, pattern) => {
    const fewer = weights.slice();
    fewer[pattern]!--;
    const without = fewer[pattern]! < 0 ? null : alphaFrom(disagreement(encoded, fewer));
    return alpha === null || without === null ? null : alpha - without;
  });
  return Array.from(encoded.patternOf, (pattern) => ofPattern[pattern]!);
}

/**
 * α of consecutive blocks of units, whose order is that in which they were rated: raters learn, tire and talk.
 * Every block is resampled with the same seed, so its interval is that of its units alone.
 *
 * @param blocks  number of blocks, of equal size but for one unit; fewer where there are fewer units.
 * @throws RangeError unless blocks is a positive integer.
 */
export function alphaByBlock(
  units: readonly Unit[],
  level: Level,
  blocks: number,
  bootstrap: BootstrapOptions,
): BlockAlpha[] {
  if (!(Number.isInteger(blocks) && blocks > 0)) {
    throw new RangeError(`blocks must be a positive integer, got ${blocks}`);
  }
  const count = Math.min(blocks, units.length);
  return Array.from({ length: count }, (_, i) => {
    const start = Math.round((i * units.length) / count);
    const end = Math.round(((i + 1) * units.length) / count);
    const block = alphaWithInterval(units.slice(start, end), level, bootstrap);
    return { from: start + 1, to: end, ...block };
  });
}

/** Change from the first block to the last beyond chance; null where their intervals meet or one has none. */
export function driftOf(
  blocks: readonly { readonly interval: Interval | null }[],
): "rose" | "fell" | null {
  const [first, last] = [blocks[0]?.interval, blocks.at(-1)?.interval];
  if (!first || !last) return null;
  if (last.low > first.high) return "rose";
  return last.high < first.low ? "fell" : null;
}

/**
 * α of all raters but one, for each rater: the rater whose leaving raises α most agrees least with the others.
 *
 * @param raters  number of raters, the length of a unit.
 */
export function alphaWithoutRater(units: readonly Unit[], level: Level, raters: number): Alpha[] {
  return Array.from({ length: raters }, (_, left) =>
    krippendorffAlpha(
      units.map((unit) => unit.filter((_, rater) => rater !== left)),
      level,
    ),
  );
}
