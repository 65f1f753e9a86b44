/** From which similarity on two answers count as one meaning, by encoder: similarities of different encoders do not compare. */

/**
 * Where the share of "same" pairs found plus that of "different" pairs found is largest (Youden's J), over the 978 pairs of
 * the Moral Consistency Corpus on which most of three people agreed; measured here. J is .33 for USE-lite, .44 for the
 * reference: clusters by either are coarse.
 */
const THRESHOLDS: ReadonlyMap<string, number> = new Map([
  ["use-lite", 0.86],
  ["stsb-distilroberta-base-v2", 0.76],
]);

/** @param encoder  its name, with or without an owner. Null for an encoder that was not measured. */
export function clusterThresholdOf(encoder: string): number | null {
  return THRESHOLDS.get(encoder.split("/").at(-1)!) ?? null;
}
