/**
 * The log of a study that goes on. A resumed run reports again what it finds done, and runs again what no checkpoint
 * holds; the log is to hold every event once, in the order of an uninterrupted run, with the seam marked.
 */
import type { StudyEvent } from "./events";

export type ResumePoint = Extract<StudyEvent, { kind: "resumed" }>["from"];

/**
 * The stored events that stay when the run goes on: all up to the training phase that is gone on with, and in it the
 * steps that its checkpoint holds. With null, where no training was under way, all stay.
 * The objects are those given, so that a caller can find them in its batches.
 */
export function keptEvents(stored: readonly StudyEvent[], from: ResumePoint): StudyEvent[] {
  if (from === null) return [...stored];
  const isOfPhase = (event: StudyEvent) => belongsTo(event, from);
  const start = stored.findIndex(isOfPhase);
  if (start === -1) return [...stored];
  const stays = (event: StudyEvent) =>
    event.kind === "resumed" ||
    event.kind === "note" ||
    event.kind === "spending" ||
    (isOfPhase(event) && (stepOf(event) ?? 0) <= from.step);
  return stored.filter((event, i) => i < start || stays(event));
}

/**
 * Tells new events of a resumed run from those that are stored. Give it every event, in order; when "resumed" has come,
 * the stored log is to be cut to `keptEvents`.
 */
export class Replay {
  #log: StudyEvent[];
  #known: Set<string>;
  #goesOn = false;

  constructor(stored: readonly StudyEvent[]) {
    this.#log = [...stored];
    this.#known = identities(stored);
  }

  /** Whether the event is to be stored and shown. Counts of what is only found done are not. */
  isNew(event: StudyEvent): boolean {
    if (event.kind === "progress") return this.#goesOn;
    if (event.kind === "resumed") {
      this.#goesOn = true;
      this.#log = keptEvents(this.#log, event.from);
      this.#known = identities(this.#log);
    }
    const identity = identityOf(event);
    if (identity !== null) {
      if (this.#known.has(identity)) return false;
      this.#known.add(identity);
    }
    if (!this.#goesOn) this.#log.push(event);
    return true;
  }
}

function identities(events: readonly StudyEvent[]): Set<string> {
  return new Set(events.flatMap((event) => identityOf(event) ?? []));
}

/** The same for an event and its replay, and for no other event of the study; null for what has no replay. */
function identityOf(event: StudyEvent): string | null {
  switch (event.kind) {
    case "phase": {
      const { kind, cycle, role, split } = event.phase;
      return ["phase", kind, cycle, role, split].join(" ");
    }
    case "scores": {
      const { cycle, role, split } = event.set;
      return ["scores", cycle, role, split].join(" ");
    }
    case "model":
      return `model ${event.cycle} ${event.model.name}`;
    case "selection":
      return `selection ${event.cycle} ${JSON.stringify(event.record.id)}`; // 1 and "1" are two questions
    case "sft-step":
      return `sft-step ${event.cycle} ${event.step.step}`;
    case "ppo-step":
      return `ppo-step ${event.cycle} ${event.step}`;
    case "pinned":
      return `pinned ${event.cycle} ${event.phase} ${event.step}`;
    case "cycle":
      return `cycle ${event.outcome.cycle}`;
    case "progress":
    case "resumed":
    case "note":
    case "spending":
      return null;
  }
}

/** Whether it is the start of this training phase, a step of it, or what was said after one. */
function belongsTo(event: StudyEvent, { kind, cycle }: NonNullable<ResumePoint>): boolean {
  if (event.kind === "phase") return event.phase.kind === kind && event.phase.cycle === cycle;
  if (event.kind === "pinned") return event.phase === kind && event.cycle === cycle;
  return event.kind === (kind === "lora" ? "sft-step" : "ppo-step") && event.cycle === cycle;
}

function stepOf(event: StudyEvent): number | null {
  if (event.kind === "sft-step") return event.step.step;
  return event.kind === "ppo-step" || event.kind === "pinned" ? event.step : null;
}
