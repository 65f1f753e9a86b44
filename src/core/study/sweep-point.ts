/** What a temperature sweep asks for and finds (temperature-sweep.ts), for those who only show it. */

/** From what always takes the likeliest token to the model's own distribution. */
export const SWEEP_TEMPERATURES = [0, 0.3, 0.7, 1] as const;

/** A model at one temperature. */
export interface SweepPoint {
  readonly temperature: number;
  /** Mean SaGE over the questions that have one; null where none has. */
  readonly mean: number | null;
  readonly interval: readonly [number, number] | null;
  /** Questions in the mean. */
  readonly n: number;
  /** Control: where it is as high as SaGE, the model says the same to everything. */
  readonly betweenQuestions: number | null;
}
