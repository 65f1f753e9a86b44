import type { PeopleSummary } from "../../app/people-summary";
import { plural } from "../../app/plural";
import type { PathStep } from "../../app/study-path";
import { type StudyView, currentCycle } from "../../app/study-view";
import type { PhaseProgress } from "../../core/study/phases";
import type { Corpus } from "../../core/corpus/corpus";
import type { StudyConfig } from "../../core/study/config";
import { duration } from "../../core/duration";
import { mean } from "../../core/statistics/moments";
import { fixed, score } from "../controls/figures";
import { roleName } from "../controls/roles";
import { trendOf } from "./trend";

export const STEP_NAMES: Readonly<Record<PathStep["name"], string>> = {
  corpus: "Corpus",
  answers: "Answers",
  score: "Score",
  select: "Select",
  lora: "LoRA",
  ppo: "PPO",
  evaluate: "Evaluate",
  people: "People",
};

/** What a study of no cycles has none of. */
const OF_TRAINING: readonly PathStep["name"][] = ["select", "lora", "ppo", "evaluate"];

interface Known {
  readonly view: StudyView;
  readonly config: StudyConfig;
  /** Null while it is not read yet, or where it is gone. */
  readonly corpus: Corpus | null;
  /** Null before it is read. */
  readonly people: PeopleSummary | null;
}

/** The one line under a step's name: what it did, how far it is, or what it will do. */
export function stepFigure(step: PathStep, known: Known): string {
  if (step.name === "people") return people(known.people);
  if (step.name === "corpus") return corpusSize(known.corpus);
  const untrained = known.config.cycles.max === 0 && OF_TRAINING.includes(step.name);
  if (untrained) return "no training";
  if (step.state === "now") return running(step, known);
  if (step.state === "stopped") return stopped(step.phases.at(-1)!);
  if (step.state === "skipped") {
    return step.name === "ppo" && !known.config.rollouts.enabled ? "switched off" : "not needed";
  }
  if (step.state === "todo") {
    return step.name === "evaluate"
      ? plural(known.config.questions.evaluation, ["# question", "# questions"])
      : "to come";
  }
  return finished(step, known);
}

function people(summary: PeopleSummary | null): string {
  if (!summary || summary.tasks === 0) return "no task yet";
  const { raters, alpha } = summary;
  if (raters === 0) return "no labels yet";
  const agreement = alpha === null ? "" : `, α ${score(alpha)}`;
  return `${plural(raters, ["# rater", "# raters"])}${agreement}`;
}

function corpusSize(corpus: Corpus | null): string {
  if (corpus === null) return "–";
  const [first = 0, ...others] = corpus.questions.map(({ paraphrases }) => paraphrases.length);
  const uniform = others.every((count) => count === first);
  return uniform
    ? `${corpus.questions.length} × ${first}`
    : plural(corpus.questions.length, ["# question", "# questions"]);
}

function running({ phases, timeLeft }: PathStep, { config }: Known): string {
  const phase = phases.at(-1)!;
  const { role, kind } = phase.phase;
  const who =
    role !== null && (kind === "answer" || kind === "score") ? `${roleName(role, config)} ` : "";
  const left = timeLeft === null ? "" : ` · ${duration(timeLeft)} left`;
  return `${who}${counted(phase)}${left}`;
}

/** "12 of 60"; fine-tuning says how many steps it takes only with its first. */
function counted({ done, total }: PhaseProgress): string {
  return total === 0 ? "getting ready" : `${done} of ${total}`;
}

function stopped(phase: PhaseProgress): string {
  return phase.done === 0 ? "stopped at its start" : `stopped at ${counted(phase)}`;
}

function finished({ name, phases }: PathStep, { view, config }: Known): string {
  const cycle = currentCycle(view);
  const ofCycle = <T extends { readonly cycle: number }>(entries: readonly T[]) =>
    entries.filter((entry) => entry.cycle === cycle);
  const done = phases.reduce((sum, phase) => sum + phase.done, 0);
  const scored = [...view.scored.values()].reduce((sum, { scores }) => sum + scores.length, 0);
  switch (name) {
    case "answers":
      return `${done} given`;
    case "score":
      return plural(scored, ["# score", "# scores"]);
    case "select": {
      const records = ofCycle(view.selection);
      const kept = records.filter(({ decision }) => decision === "train").length;
      return `${kept} of ${records.length} kept`;
    }
    case "lora":
      return fromTo(
        /* @wc-include */ "loss",
        ofCycle(view.sftSteps).map(({ loss }) => fixed(loss, 2)),
      );
    case "ppo":
      return rewards(ofCycle(view.ppoSteps).map(({ meanScore }) => meanScore));
    case "evaluate":
    case "corpus":
    case "people": {
      const models = ofCycle(view.models).map(
        ({ name, mean }) => `${roleName(name, config)} ${score(mean)}`,
      );
      return models.join(" · ") || "–";
    }
  }
}

/** By thirds, as the card of the curve says it: single steps are of different questions. */
function rewards(values: readonly number[]): string {
  const trend = trendOf(values);
  if (trend) return fromTo(/* @wc-include */ "reward", [score(trend.early), score(trend.late)]);
  return values.length === 0 ? "–" : `mean reward ${score(mean(values))}`;
}

function fromTo(what: string, figures: readonly string[]): string {
  return figures.length === 0 ? "–" : `${what} ${figures[0]} → ${figures.at(-1)}`;
}
