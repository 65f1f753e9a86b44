/** The studies that methods and seeds come to, or why there can be none. */
import type { ComparedMethod } from "../core/compare/method-settings";
import { type PlannedStudy, planStudies } from "../core/compare/plan";
import type { Corpus } from "../core/corpus/corpus";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import { messageOf, withStop } from "../core/message-of";
import type { ModelKind } from "../core/models/onnx-layout";
import type { StudyConfig } from "../core/study/config";
import { problemsWith } from "./setup-problems";

export const MOST_SEEDS = 20;

export interface MethodsPlan {
  /** Empty where there is a problem. */
  readonly studies: readonly PlannedStudy[];
  /** A sentence; null where they can be run and compared. */
  readonly problem: string | null;
}

/** @param kindOf  of a target whose files are in this browser; null where they are not. */
export function methodsPlan(
  config: StudyConfig,
  corpus: Corpus | null,
  { methods, seeds }: { readonly methods: readonly ComparedMethod[]; readonly seeds: number },
  kindOf: (target: string) => ModelKind | null,
): MethodsPlan {
  const none = (problem: string) => ({ studies: [], problem });
  const [wrong] = problemsWith(config, corpus, kindOf);
  if (corpus === null || wrong !== undefined) return none(wrong ?? "The corpus is not here.");
  if (methods.length === 0) return none("No method is chosen.");
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > MOST_SEEDS) {
    return none(`Seeds of each can be 1 to ${MOST_SEEDS}.`);
  }
  if (!Number.isSafeInteger(config.seed + seeds - 1)) {
    return none(`There are no ${seeds} seeds from ${config.seed} on. Set a smaller seed.`);
  }
  if (config.cycles.max === 0) {
    return none("The most cycles is 0, so nothing would be trained. Set it to 1 or more.");
  }
  if (config.encoder !== BUILT_IN_ENCODER) {
    return none(
      `Runs measured by ${config.encoder} are compared on the command line alone. Set the encoder to ${BUILT_IN_ENCODER}.`,
    );
  }
  try {
    const studies = planStudies(config, methods, seeds, corpus);
    for (const study of studies) {
      const [problem] = problemsWith(study.config, corpus, kindOf);
      if (problem !== undefined) return none(`${study.method}: ${problem}`);
    }
    return { studies, problem: null };
  } catch (error) {
    return none(withStop(messageOf(error)));
  }
}
