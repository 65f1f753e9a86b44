/** What a run that goes on may spend from then on. */
import type { AlignedConfig, StudyConfig } from "../core/study/config";

export interface RunLimits {
  /** A budget in money means nothing without. */
  readonly hasPrices: boolean;
  /** Null is no limit. */
  budget: number | null;
  tokenBudget: number | null;
}

/** Null where no API is asked. A run of an earlier version has no such settings. */
export function limitsOf(aligned: AlignedConfig): RunLimits | null {
  if (aligned.kind !== "chat") return null;
  const { inputPrice = null, outputPrice = null, budget = null, tokenBudget = null } = aligned;
  return { hasPrices: inputPrice !== null && outputPrice !== null, budget, tokenBudget };
}

export function withLimits(config: StudyConfig, limits: RunLimits | null): StudyConfig {
  const { aligned } = config;
  if (aligned.kind !== "chat" || limits === null) return config;
  const { budget, tokenBudget } = limits;
  return { ...config, aligned: { ...aligned, budget, tokenBudget } };
}
