/** Where a study stands on its path: Corpus → Answers → Score → Select → LoRA → PPO → Evaluate → People. */
import type { Phase } from "../core/study/events";
import type { PeopleSummary } from "./people-summary";
import type { PhaseProgress } from "../core/study/phases";
import { type StudyView, currentCycle, timeLeft } from "./study-view";

export const PATH = [
  "corpus",
  "answers",
  "score",
  "select",
  "lora",
  "ppo",
  "evaluate",
  "people",
] as const;
export type StepName = (typeof PATH)[number];

/**
 * `begun`: some of its work is done and more will come; `stopped`: the run ended in it; `skipped`: this cycle did
 * not need it.
 */
export type StepState = "todo" | "now" | "begun" | "done" | "stopped" | "skipped";

export interface PathStep {
  readonly name: StepName;
  readonly state: StepState;
  /** Its phases of the current cycle, in order. */
  readonly phases: readonly PhaseProgress[];
  /** Of the running phase, in ms; null where nothing runs or the pace is not known yet. */
  readonly timeLeft: number | null;
}

export type RunState = "idle" | "running" | "done" | "ended";

/**
 * @param state  `ended` for a run that stopped before its report: cancelled, failed or interrupted.
 * @param ppo    whether the study's settings ask for PPO.
 * @param people what people have labelled of the run's answers; null if nothing, or not known yet.
 */
export function studyPath(
  view: StudyView,
  state: RunState,
  ppo: boolean,
  people: PeopleSummary | null,
): PathStep[] {
  const cycle = currentCycle(view);
  const ofCycle = view.phases.filter(({ phase }) => Math.max(1, phase.cycle) === cycle);
  const last = state === "done" ? undefined : ofCycle.at(-1);
  const closed = state === "done" || view.outcomes.some((outcome) => outcome.cycle === cycle);
  const selecting = ofCycle.some(({ phase }) => phase.kind === "select");

  const stateOf = (name: StepName, phases: readonly PhaseProgress[]): StepState => {
    if (name === "people") return stateOfPeople(people);
    if (name === "corpus") return state === "idle" ? "todo" : "done";
    if (last && stepOf(last.phase) === name && !closed)
      return state === "running" ? "now" : "stopped";
    if (phases.length === 0) return closed || (name === "ppo" && !ppo) ? "skipped" : "todo";
    // Both models answer and are scored in turn, and so are LoRA and PPO: one done is not all done.
    if (name === "answers" || name === "score") return selecting || closed ? "done" : "begun";
    return name === "evaluate" && !closed ? "begun" : "done";
  };
  return PATH.map((name) => {
    const phases = ofCycle.filter(({ phase }) => stepOf(phase) === name);
    const step = stateOf(name, phases);
    const left = step === "now" && view.at !== null ? timeLeft(phases.at(-1)!, view.at) : null;
    return { name, state: step, phases, timeLeft: left };
  });
}

/** Done when at least two raters have labelled all: then there is agreement to speak of. */
function stateOfPeople(people: PeopleSummary | null): StepState {
  if (!people || people.labelled === 0) return "todo";
  return people.raters >= 2 && people.labelled === people.toLabel ? "done" : "begun";
}

/** Asking a trained model on the held-out questions, and scoring it, is the evaluation. */
function stepOf({ kind, role, split }: Phase): StepName {
  switch (kind) {
    case "answer":
    case "score":
      if (split === "evaluation" && (role === "lora" || role === "ppo")) return "evaluate";
      return kind === "answer" ? "answers" : "score";
    case "select":
    case "lora":
    case "ppo":
      return kind;
  }
}
