import type { ModelSummary, ReportedRole } from "../report";

export const ROLE_LABELS: Readonly<Record<ReportedRole, string>> = {
  baseline: "Baseline",
  lora: "After LoRA",
  ppo: "After PPO",
  aligned: "Aligned",
};

/** ".123" with a true minus, "–" where undefined. */
export function three(x: number | null | undefined): string {
  if (x === null || x === undefined) return "–";
  return x
    .toFixed(3)
    .replace("-", "−")
    .replace(/^(−?)0\./, "$1.");
}

export function bounds(interval: ModelSummary["interval"]): string {
  return interval === null ? "–" : `[${three(interval[0])}, ${three(interval[1])}]`;
}
