import { generalisedAdvantages } from "./advantage";
import type { PpoConfig } from "./config";
import { pack, type ResponseLayout, unpack } from "./layout";
import { maskedWhiten } from "./whiten";

/** Packed, in score units; `advantages` are whitened over the whole batch and have none. */
export interface BatchAdvantages {
  readonly raw: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

/**
 * Advantages and returns of a batch, as TRL's compute_advantages: returns are Â + V before whitening.
 *
 * Rows are padded here as they are there, because with `whitenRewards` TRL's padding comes out of the whitening
 * with a reward that is not 0, and the advantages of a shorter response hold a share of it.
 *
 * @param rewards, values  [N] packed.
 * @throws RangeError if the batch has fewer than two response tokens.
 */
export function batchAdvantages(
  rewards: Float32Array,
  values: Float32Array,
  layout: ResponseLayout,
  config: Pick<PpoConfig, "gamma" | "lambda" | "whitenRewards">,
): BatchAdvantages {
  const { rows, columns, mask } = layout;
  const paddedValues = unpack(values, layout);
  const masked = unpack(rewards, layout);
  const paddedRewards = config.whitenRewards
    ? maskedWhiten(masked, mask, { shiftMean: false })
    : masked;

  const padded = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * columns, (row + 1) * columns];
    padded.set(
      generalisedAdvantages(
        paddedRewards.subarray(from, to),
        paddedValues.subarray(from, to),
        config,
      ),
      from,
    );
  }
  const raw = pack(padded, layout);
  return {
    raw,
    advantages: pack(maskedWhiten(padded, mask), layout),
    returns: raw.map((advantage, i) => advantage + values[i]!),
  };
}
