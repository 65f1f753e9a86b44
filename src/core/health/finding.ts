import type { HealthContext, HealthSample } from "./sample";

export const FINDING_KINDS = [
  "kl-high",
  "kl-negative",
  "ratio-spike",
  "value-explosion",
  "entropy-collapse",
  "length-drift",
  "zero-spread",
  "constant-answer",
  "batch-one",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something that a run suffers from, and what to change. */
export interface Finding {
  readonly kind: FindingKind;
  /** A problem makes the result worthless or wrong; a warning may. */
  readonly severity: "warning" | "problem";
  /** The step at which its rule first held. */
  readonly since: number;
  /** What is seen, in figures, and what it means. */
  readonly sentence: string;
  /** Path of the setting to change first: "ppo.learningRate". */
  readonly setting: string;
}

export type Verdict = Pick<Finding, "severity" | "sentence" | "setting">;

/** Looks at all steps so far, in order; null while nothing is wrong, or too little is known to say. */
export type Rule = (history: readonly HealthSample[], context: HealthContext) => Verdict | null;
