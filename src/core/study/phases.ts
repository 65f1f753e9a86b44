/** How far each phase of a run is, folded from its events. */
import type { Phase, StudyEvent } from "./events";

/** A moment, in ms since the epoch, and the units done by then. */
interface Mark {
  readonly at: number;
  readonly done: number;
}

/** A phase and how far it is. Times in ms since the epoch; `endedAt` is null until the next phase begins. */
export interface PhaseProgress {
  readonly phase: Phase;
  /** From where its time and units count: its start, moved on by breaks. Null after one, until it is told what was done before. */
  readonly countsFrom: Mark | null;
  readonly endedAt: number | null;
  /** When it last told how much is done, or began. */
  readonly seenAt: number;
  readonly done: number;
  readonly total: number;
  /** Where its first progress stood: before it lies the warm-up, which says nothing about the pace. Null before it, and where a break came since. */
  readonly paceFrom: Mark | null;
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
    const last = phases.at(-1);
    if (last === undefined) return phases; // it belongs to nothing
    const { countsFrom, paceFrom } = last;
    const here = { at, done };
    const marks = { countsFrom: countsFrom ?? here, paceFrom: paceFrom ?? here, seenAt: at };
    return changeLast(phases, { done, total, ...marks });
  }
  if (event.kind === "selection" && event.record.decision === "feedback") {
    return changeLast(phases, { feedback: (phases.at(-1)?.feedback ?? 0) + 1 });
  }
  return event.kind === "resumed" ? afterBreak(phases, at) : phases;
}

/** Steps show their pace anew: it may be another device that goes on. The break is no time of the phase. */
function afterBreak(phases: readonly PhaseProgress[], at: number): PhaseProgress[] {
  const paced = phases.map((entry) => ({ ...entry, paceFrom: null }));
  const last = phases.at(-1);
  if (!last) return paced;
  const { phase, countsFrom, done, seenAt } = last;
  // Of answers all that were told are stored; steps and an encoder's texts are counted anew.
  const isKnown = phase.kind === "answer" && countsFrom !== null && done > countsFrom.done;
  return changeLast(paced, {
    countsFrom: isKnown ? { ...countsFrom, at: countsFrom.at + at - seenAt } : null,
  });
}

function begin(phase: Phase, at: number): PhaseProgress {
  const start = { at, done: 0 };
  return {
    ...{ phase, countsFrom: start, endedAt: null, seenAt: at },
    ...{ done: 0, total: phase.total, paceFrom: null },
  };
}

function changeLast(
  phases: readonly PhaseProgress[],
  changes: Partial<PhaseProgress>,
): PhaseProgress[] {
  return phases.map((entry, i) => (i === phases.length - 1 ? { ...entry, ...changes } : entry));
}
