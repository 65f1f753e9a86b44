/** A study on stderr: a line a phase with its time, and what each training step says on a terminal. */
import { exactDuration } from "../core/duration";
import { spendingText } from "../core/chat/cost";
import type { Phase, StudyEvent } from "../core/study/events";
import { followPhases, type PhaseProgress } from "../core/study/phases";
import { runTimeLeft } from "../core/study/time-left";
import type { TimePlan } from "../core/study/time-plan";
import { curveOf, MAIN_CURVE } from "../core/study/curves";
import { trainingName } from "../core/study/paused";
import type { StepStats } from "../core/study/trainer";
import { type ProgressLine, progressLine } from "./progress-line";

const MAX_ANSWER = 100; // characters

export class StudyLog {
  #line: ProgressLine | null = null;
  #phase: { name: string; started: number } | null = null;
  readonly #seconds: Record<string, number> = {};
  #isReplay: boolean;
  readonly #method: string;
  readonly #plan: TimePlan | null;
  #phases: readonly PhaseProgress[] = [];
  #seam: StudyEvent | null = null;

  /**
   * @param resumes  the study goes on: nothing is shown until it does.
   * @param method   what trains after LoRA, by its name.
   * @param plan     tells the time left of the whole study; null where nobody asks.
   */
  constructor(resumes: boolean, method = "PPO", plan: TimePlan | null = null) {
    this.#method = method;
    this.#plan = plan;
    this.#isReplay = resumes;
  }

  add(event: StudyEvent): void {
    if (event.kind === "resumed") this.#isReplay = false;
    this.#follow(event);
    if (this.#isReplay) return;
    switch (event.kind) {
      case "phase":
        this.#close();
        this.#phase = { name: phaseName(event.phase, this.#method), started: Date.now() };
        this.#line = progressLine(this.#phase.name);
        break;
      case "progress":
        this.#line?.update(event.done, event.total, this.#left());
        break;
      case "model": {
        const { name, mean, n } = event.model;
        this.#close();
        process.stderr.write(
          `${name}: mean SaGE ${mean === null ? "undefined" : mean.toFixed(3)}, n = ${n}\n`,
        );
        break;
      }
      case "sft-step":
        this.#note(`loss ${event.step.loss.toFixed(3)}`);
        break;
      case "ppo-step":
        this.#note(`reward ${event.meanScore.toFixed(3)}${mainCurve(event.stats)}`);
        for (const { severity, sentence, setting } of event.findings ?? []) {
          this.#tell(`${severity} at step ${event.step}: ${sentence} Change ${setting} first.`);
        }
        break;
      case "resumed": {
        const { from } = event;
        const place =
          from === null || from.step === 0
            ? ""
            : ` after step ${from.step} of ${trainingName(from)}`;
        process.stderr.write(`goes on${place}\n`);
        break;
      }
      case "pinned":
        for (const { questionId, text } of event.answers) {
          const at = event.step === 0 ? "before training" : `after step ${event.step}`;
          this.#tell(`  ${at}, question ${questionId}: ${clipped(text)}`);
        }
        break;
      case "spending":
        this.#note(spendingText(event.spending));
        break;
      case "note":
      case "cycle":
      case "scores":
      case "selection":
        break;
    }
  }

  #follow(event: StudyEvent): void {
    if (this.#isReplay && event.kind === "progress") return; // what is only found done has no pace
    if (event.kind === "resumed") this.#seam = event;
    this.#phases = followPhases(this.#phases, event, Date.now());
    if (event.kind !== "phase" || this.#seam === null) return;
    // The phase that is gone on with begins after the seam here: its first count holds what was done before.
    this.#phases = followPhases(this.#phases, this.#seam, Date.now());
    this.#seam = null;
  }

  /** "about 4 min of the study left"; empty while the pace is not known. */
  #left(): string {
    const left = this.#plan && runTimeLeft(this.#plan, this.#phases, Date.now());
    if (left === null || left === 0) return "";
    const most = this.#plan!.mayEndEarlier ? "at most" : "about";
    return `${most} ${exactDuration(left)} of the study left`;
  }

  /** Seconds spent in each phase so far. */
  seconds(): Readonly<Record<string, number>> {
    this.#close();
    return this.#seconds;
  }

  end(): void {
    this.#close();
  }

  /** A line of its own, above the progress. */
  #tell(text: string): void {
    process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${text}\n`);
  }

  #note(text: string): void {
    this.#line?.note(text);
  }

  #close(): void {
    if (!this.#phase) return;
    this.#line?.end(this.#left());
    const { name, started } = this.#phase;
    this.#seconds[name] = (this.#seconds[name] ?? 0) + (Date.now() - started) / 1000;
    this.#phase = null;
    this.#line = null;
  }
}

/** On one line, and no longer than one; log.jsonl has all of it. */
function clipped(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= MAX_ANSWER ? line : `${line.slice(0, MAX_ANSWER - 1)}…`;
}

/** ", KL 0.12" */
function mainCurve(stats: StepStats): string {
  const { name, label } = MAIN_CURVE[stats.method ?? "ppo"];
  const value = curveOf(stats, name);
  return value === null ? "" : `, ${label} ${value.toFixed(2)}`;
}

function phaseName({ kind, cycle, role, split }: Phase, method: string): string {
  const inCycle = cycle === 0 ? "" : `cycle ${cycle}: `;
  switch (kind) {
    case "answer":
      return `${inCycle}${role} answers ${split} questions`;
    case "score":
      return `${inCycle}score ${role} on ${split} questions`;
    case "select":
      return `${inCycle}select`;
    case "lora":
      return `${inCycle}LoRA`;
    case "ppo":
      return `${inCycle}${method}`;
  }
}
