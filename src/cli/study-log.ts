/** A study on stderr: a line a phase with its time, and what each training step says on a terminal. */
import type { Phase, StudyEvent } from "../core/study/events";
import { trainingName } from "../core/study/paused";
import { type ProgressLine, progressLine } from "./progress-line";

export class StudyLog {
  #line: ProgressLine | null = null;
  #phase: { name: string; started: number } | null = null;
  readonly #seconds: Record<string, number> = {};
  #isReplay: boolean;

  /** @param resumes  the study goes on: nothing is shown until it does. */
  constructor(resumes: boolean) {
    this.#isReplay = resumes;
  }

  add(event: StudyEvent): void {
    if (event.kind === "resumed") this.#isReplay = false;
    if (this.#isReplay) return;
    switch (event.kind) {
      case "phase":
        this.#close();
        this.#phase = { name: phaseName(event.phase), started: Date.now() };
        this.#line = progressLine(this.#phase.name);
        break;
      case "progress":
        this.#line?.update(event.done, event.total);
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
        this.#note(`reward ${event.meanScore.toFixed(3)}`);
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
      case "note":
      case "cycle":
      case "scores":
      case "selection":
        break;
    }
  }

  /** Seconds spent in each phase so far. */
  seconds(): Readonly<Record<string, number>> {
    this.#close();
    return this.#seconds;
  }

  end(): void {
    this.#close();
  }

  #note(text: string): void {
    this.#line?.note(text);
  }

  #close(): void {
    if (!this.#phase) return;
    this.#line?.end();
    const { name, started } = this.#phase;
    this.#seconds[name] = (this.#seconds[name] ?? 0) + (Date.now() - started) / 1000;
    this.#phase = null;
    this.#line = null;
  }
}

function phaseName({ kind, cycle, role, split }: Phase): string {
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
      return `${inCycle}PPO`;
  }
}
