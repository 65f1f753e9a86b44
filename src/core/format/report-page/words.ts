import { methodName } from "../../study/curves";
import type { ModelSummary, ReportedRole, StudyReport } from "../report";

const ROLE_LABELS: Readonly<Record<ReportedRole, string>> = {
  baseline: "Baseline",
  lora: "After LoRA",
  ppo: "After PPO",
  aligned: "Aligned",
};

/** What a model is called; the one after LoRA by the method that trained it. */
export function roleLabel(role: ReportedRole, { config }: Pick<StudyReport, "config">): string {
  return role === "ppo" ? `After ${methodName(config)}` : ROLE_LABELS[role];
}

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
