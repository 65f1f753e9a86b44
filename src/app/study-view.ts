/**
 * What a run's events add up to. The same fold draws a run while it goes on and when it is opened again: nothing on
 * the page comes from anywhere else than the events, the run's record and its report.
 */
import { type AnswerSet, answerSetName } from "../core/answers/answer";
import type { Spending } from "../core/chat/cost";
import type { CycleOutcome, ModelSummary } from "../core/format/report";
import type { Finding } from "../core/health/finding";
import type { SelectionRecord } from "../core/select/select";
import type { TrainingPhase } from "../core/study/checkpoint";
import type { StudyEvent } from "../core/study/events";
import { type PhaseProgress, followPhases } from "../core/study/phases";
import type { PinnedAnswer } from "../core/study/pinned";
import type { QuestionScore } from "../core/study/scoring";
import type { SftStep, StepStats } from "../core/study/trainer";
import type { EventBatch } from "../protocol/study";

export interface ScoredSet {
  readonly set: AnswerSet;
  readonly scores: readonly QuestionScore[];
}

/** A step of the phase after LoRA, by whatever method. */
export interface PpoStep {
  readonly step: number;
  readonly totalSteps: number;
  readonly meanScore: number;
  readonly stats: StepStats;
}

/** An entry with the cycle it belongs to; cycle 0 is before the first. */
export type InCycle<T> = T & { readonly cycle: number };

/** What the model in training said to the pinned questions after a step; after LoRA's step 0 it had learned nothing. */
export interface PinnedMoment {
  readonly phase: TrainingPhase["kind"];
  readonly step: number;
  readonly answers: readonly PinnedAnswer[];
}

export interface StudyView {
  /** When the last batch came, ms since the epoch; null before the first. */
  readonly at: number | null;
  readonly phases: readonly PhaseProgress[];
  /** By `answerSetName`. */
  readonly scored: ReadonlyMap<string, ScoredSet>;
  readonly models: readonly InCycle<ModelSummary>[];
  readonly selection: readonly InCycle<SelectionRecord>[];
  readonly sftSteps: readonly InCycle<SftStep>[];
  readonly ppoSteps: readonly InCycle<PpoStep>[];
  /** What was found wrong with the training, by its first step; a warning that became a problem stands once. */
  readonly findings: readonly InCycle<Finding>[];
  /** In order. */
  readonly pinned: readonly InCycle<PinnedMoment>[];
  readonly outcomes: readonly CycleOutcome[];
  /** Where the run was taken up again, and after how long. */
  readonly seams: readonly Seam[];
  /** What happened to it from outside. */
  readonly notes: readonly Note[];
  /** What its aligned model cost; null where nothing was paid. */
  readonly spending: Spending | null;
}

/** Times in ms since the epoch. */
export interface Seam {
  readonly at: number;
  /** When the last batch before it came; null where nothing had been told yet. */
  readonly stoppedAt: number | null;
  /** The training phase and the step after which it went on; null where none was under way. */
  readonly from: (TrainingPhase & { readonly step: number }) | null;
}

export interface Note {
  readonly at: number;
  readonly sentence: string;
}

export const emptyView: StudyView = {
  at: null,
  phases: [],
  scored: new Map(),
  models: [],
  selection: [],
  sftSteps: [],
  ppoSteps: [],
  findings: [],
  pinned: [],
  outcomes: [],
  seams: [],
  notes: [],
  spending: null,
};

/** The view after one more batch; the view given stays as it is. */
export function applyBatch(view: StudyView, { at, events }: EventBatch): StudyView {
  const after = events.reduce<StudyView>((before, event) => applyEvent(before, event, at), view);
  return { ...after, at };
}

function applyEvent(view: StudyView, event: StudyEvent, at: number): StudyView {
  switch (event.kind) {
    case "phase":
    case "progress":
      return { ...view, phases: followPhases(view.phases, event, at) };
    case "scores": {
      const { set, scores } = event;
      return { ...view, scored: new Map(view.scored).set(answerSetName(set), { set, scores }) };
    }
    case "model":
      return { ...view, models: [...view.models, { ...event.model, cycle: event.cycle }] };
    case "selection":
      return { ...view, selection: [...view.selection, { ...event.record, cycle: event.cycle }] };
    case "sft-step":
      return { ...view, sftSteps: [...view.sftSteps, { ...event.step, cycle: event.cycle }] };
    case "ppo-step": {
      const { cycle, step, totalSteps, meanScore, stats } = event;
      const entry = { cycle, step, totalSteps, meanScore, stats };
      const findings = withFindings(view.findings, cycle, event.findings ?? []);
      return { ...view, ppoSteps: [...view.ppoSteps, entry], findings };
    }
    case "pinned": {
      const { cycle, phase, step, answers } = event;
      return { ...view, pinned: [...view.pinned, { cycle, phase, step, answers }] };
    }
    case "cycle":
      return { ...view, outcomes: [...view.outcomes, event.outcome] };
    case "resumed": {
      const seam = { at, stoppedAt: view.at, from: event.from };
      return {
        ...view,
        seams: [...view.seams, seam],
        phases: followPhases(view.phases, event, at),
      };
    }
    case "note":
      return { ...view, notes: [...view.notes, { at, sentence: event.sentence }] };
    case "spending":
      return { ...view, spending: event.spending };
  }
}

function withFindings(
  before: StudyView["findings"],
  cycle: number,
  fresh: readonly Finding[],
): StudyView["findings"] {
  const isFresh = (one: InCycle<Finding>) =>
    one.cycle === cycle && fresh.some(({ kind }) => kind === one.kind);
  return [
    ...before.filter((one) => !isFresh(one)),
    ...fresh.map((finding) => ({ ...finding, cycle })),
  ];
}

/** How long it ran until its last batch, in ms: breaks do not count. */
export function timeRun({ at, seams }: StudyView, startedAt: number): number | null {
  if (at === null) return null;
  const breaks = seams.reduce((sum, seam) => sum + seam.at - (seam.stoppedAt ?? startedAt), 0);
  return at - startedAt - breaks;
}

/** Time left of a phase in ms, from its pace since its first progress; null while the pace is unknown. */
export function timeLeft({ done, total, paceFrom }: PhaseProgress, at: number): number | null {
  if (paceFrom === null || done <= paceFrom.done || at <= paceFrom.at) return null;
  return ((at - paceFrom.at) / (done - paceFrom.done)) * (total - done);
}

/** The cycle that the run is in; the evaluation before any training counts to the first. */
export function currentCycle({ phases }: StudyView): number {
  return Math.max(1, ...phases.map(({ phase }) => phase.cycle));
}
