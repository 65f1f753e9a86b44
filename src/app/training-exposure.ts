/** What training saw of a question, cycle by cycle, in sentences. */
import type { QuestionId } from "../core/corpus/corpus";
import type { SelectionRecord } from "../core/select/select";
import type { StudyConfig } from "../core/study/config";
import { plural } from "./plural";
import type { StudyView } from "./study-view";

type Settings = Pick<StudyConfig, "rollouts">;

/** One sentence a cycle; null where the question was never selected from: it was held out, or left out. */
export function trainingExposure(
  { selection, sftSteps, ppoSteps }: Pick<StudyView, "selection" | "sftSteps" | "ppoSteps">,
  id: QuestionId,
  { rollouts }: Settings,
): readonly string[] | null {
  const own = selection.filter((record) => record.id === id);
  if (own.length === 0) return null;
  const cycles = [...new Set(selection.map(({ cycle }) => cycle))].sort((a, b) => a - b);
  return cycles.flatMap((cycle) => {
    const latest = own.findLast((record) => record.cycle <= cycle);
    if (!latest) return [];
    const isDrawn = latest.cycle === cycle;
    const hasLora = sftSteps.some((step) => step.cycle === cycle);
    const hasPpo = ppoSteps.some((step) => step.cycle === cycle);
    const learned =
      latest.decision === "train"
        ? hasLora
          ? "LoRA learned the aligned model's answers to it"
          : "its answers were kept, and nothing was trained"
        : WHY_NOT[latest.decision];
    const paid =
      isDrawn && hasPpo && rollouts.enabled
        ? plural(rollouts.passes, ["; PPO asked it once at most", "; PPO asked it # times at most"])
        : "";
    return [`Cycle ${cycle}: ${learned}${isDrawn ? "" : ", as decided earlier"}${paid}.`];
  });
}

const WHY_NOT: Readonly<Record<Exclude<SelectionRecord["decision"], "train">, string>> = {
  reject: "LoRA did not learn from it, because the aligned model's answers agreed too little",
  feedback: "LoRA did not learn from it, because the target was more consistent",
  unscored: "LoRA did not learn from it, because it could not be scored",
};
