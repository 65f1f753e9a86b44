/** How far each phase of a run is, folded from its events. */
import type { Phase, StudyEvent } from "./events";

/** A phase and how far it is. Times in ms since the epoch; `endedAt` is null until the next phase begins. */
export interface PhaseProgress {
  readonly phase: Phase;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly done: number;
  readonly total: number;
  /** Where its first progress stood: before it lies the warm-up, which says nothing about the pace. Null before it, and where a break came since. */
  readonly paceFrom: { readonly at: number; readonly done: number } | null;
  /** Questions that a selection put on the feedback list so far; absent where none. */
  readonly feedback?: number;
}

/** The phases after one more event, told at `at` ms; most events change none. */
export function followPhases(
  phases: readonly PhaseProgress[],
  event: StudyEvent,
  at: number,
): readonly PhaseProgress[] {
  if (event.kind === "phase") {
    return [...changeLast(phases, { endedAt: at }), begin(event.phase, at)];
  }
  if (event.kind === "progress") {
    const { done, total } = event;
    // Progress before any phase belongs to nothing and is passed over.
    return changeLast(phases, { done, total, paceFrom: phases.at(-1)?.paceFrom ?? { at, done } });
  }
  if (event.kind === "selection" && event.record.decision === "feedback") {
    return changeLast(phases, { feedback: (phases.at(-1)?.feedback ?? 0) + 1 });
  }
  // After a break the pace is measured anew: it may be another device that goes on.
  return event.kind === "resumed" ? phases.map((entry) => ({ ...entry, paceFrom: null })) : phases;
}

function begin(phase: Phase, at: number): PhaseProgress {
  return { phase, startedAt: at, endedAt: null, done: 0, total: phase.total, paceFrom: null };
}

function changeLast(
  phases: readonly PhaseProgress[],
  changes: Partial<PhaseProgress>,
): PhaseProgress[] {
  return phases.map((entry, i) => (i === phases.length - 1 ? { ...entry, ...changes } : entry));
}
