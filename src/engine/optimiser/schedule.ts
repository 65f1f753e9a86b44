import type { SftConfig } from "../../core/sft/config";

/**
 * The learning rate of step s = 0 … N−1: lr·s/w during the first w steps, then lr, or lr·(N − s)/(N − w).
 * With a warm-up the first step does nothing, as in transformers.
 * @see transformers' get_linear_schedule_with_warmup.
 */
export function learningRateAt(
  step: number,
  totalSteps: number,
  {
    learningRate,
    schedule,
    warmupSteps,
  }: Pick<SftConfig, "learningRate" | "schedule" | "warmupSteps">,
): number {
  if (step < warmupSteps) return (learningRate * step) / warmupSteps;
  if (schedule === "constant") return learningRate;
  const remaining = (totalSteps - step) / Math.max(1, totalSteps - warmupSteps);
  return learningRate * Math.max(0, remaining);
}
