import type { Question } from "../core/corpus/corpus";
import { matching, NO_FILTER, type QuestionFilter } from "../core/corpus/search";

/** Longest stretch of work between two looks of the browser at what else there is to do. */
const SLICE_MS = 8;

/** The questions of a corpus that a filter lets through, found without holding up the page. */
export class CorpusSearch {
  filter = $state.raw<QuestionFilter>(NO_FILTER);
  found = $state.raw<readonly Question[]>([]);

  readonly #questions: readonly Question[];
  #run = 0;

  constructor(questions: readonly Question[]) {
    this.#questions = questions;
    this.found = questions;
  }

  /** What was found stays until what is sought is; a newer search ends this one. */
  async seek(change: Partial<QuestionFilter>): Promise<void> {
    this.filter = { ...this.filter, ...change };
    const run = ++this.#run;
    const steps = matching(this.#questions, this.filter);
    let due = performance.now() + SLICE_MS;
    for (;;) {
      const step = steps.next();
      if (step.done) {
        this.found = step.value.map((i) => this.#questions[i]!);
        return;
      }
      if (performance.now() < due) continue;
      await new Promise((done) => setTimeout(done));
      if (run !== this.#run) return;
      due = performance.now() + SLICE_MS;
    }
  }
}
