/** The curves of a run's training, against steps, time or tokens, from its events. */
import type { StoredBatch } from "../storage/events";
import { curveOf } from "../core/study/curves";

export const METRICS = ["loss", "reward", "kl"] as const;
export type Metric = (typeof METRICS)[number];

export const AXES = ["step", "time", "tokens"] as const;
export type Axis = (typeof AXES)[number];

export interface CurvePoint {
  /** Counted from the run's first step of this kind on, over all cycles. */
  readonly step: number;
  /** ms since the run's first event; breaks count. */
  readonly time: number;
  /** Learned from so far, in this kind of training; null where a step does not tell. */
  readonly tokens: number | null;
  readonly value: number | null;
  /** The run was taken up again just before this step. */
  readonly restarted: boolean;
}

export type RunCurves = Readonly<Record<Metric, readonly CurvePoint[]>>;

export function runCurves(batches: readonly StoredBatch[]): RunCurves {
  const curves: Record<Metric, CurvePoint[]> = { loss: [], reward: [], kl: [] };
  const start = batches[0]?.at ?? 0;
  let sftTokens: number | null = 0;
  let rolloutTokens: number | null = 0;
  let restarted = false;
  for (const { at, events } of batches) {
    for (const event of events) {
      if (event.kind === "resumed") restarted = true;
      const time = at - start;
      if (event.kind === "sft-step") {
        const { loss, tokens } = event.step;
        sftTokens = sum(sftTokens, tokens);
        const step = curves.loss.length + 1;
        curves.loss.push({ step, time, tokens: sftTokens, value: loss, restarted });
        restarted = false;
      } else if (event.kind === "ppo-step") {
        rolloutTokens = sum(rolloutTokens, tokensOf(event.stats));
        const point = { step: curves.reward.length + 1, time, tokens: rolloutTokens, restarted };
        curves.reward.push({ ...point, value: event.meanScore });
        curves.kl.push({ ...point, value: curveOf(event.stats, "objective/kl") });
        restarted = false;
      }
    }
  }
  return curves;
}

/** Tokens of the answers that a step learned from, where it tells of them. */
function tokensOf(stats: object): number | null {
  const { responses, ["tokens/responses_len_mean"]: mean } = stats as Readonly<
    Record<string, unknown>
  >;
  return typeof responses === "number" && typeof mean === "number" ? responses * mean : null;
}

const sum = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
