/** A selection of 10,000 questions replayed with another threshold, against looking each question up in both sets. */
import { keptIds, replaySelection, scoreBins } from "../../src/core/select/replay";
import { select } from "../../src/core/select/select";
import { stream } from "../../src/core/random";
import type { Bench } from "./bench";

const QUESTIONS = 10_000;
const RUNS = 20;

export const selectReplay: Bench = {
  name: "select-replay",
  about: "10,000 questions selected anew, with what is gained and lost, against looking up each",
  quick: true,
  backends: [],
  async run() {
    const random = stream(1, "select-replay");
    const questions = Array.from({ length: QUESTIONS }, (_, id) => ({
      id,
      aligned: 0.4 + 0.6 * random(),
      target: 0.6 * random(),
    }));
    const made = select(questions, { start: 0.9, floor: 0.7, decay: 0.95 });
    const other = { start: 0.9, floor: 0.6, decay: 0.95 };
    const replay = () => {
      const replayed = replaySelection(made, other);
      scoreBins(replayed.records, 40);
      return replayed.gained.length;
    };
    const plain = () => {
      const before = keptIds(made);
      return keptIds(select(questions, other)).filter((id) => !before.includes(id)).length;
    };
    const [fast, slow] = [best(replay), best(plain)];
    if (fast.result !== slow.result) throw new Error("the two find different questions");
    const ratio = slow.ms / fast.ms;
    return {
      figures: { ms: fast.ms, plainMs: slow.ms, ratio, gained: fast.result },
      lines: [
        `${QUESTIONS} questions, ${fast.result} gained; best of ${RUNS}`,
        `replay and bins  ${fast.ms.toFixed(1)} ms`,
        `looking up each  ${slow.ms.toFixed(1)} ms`,
        `ratio            ${ratio.toFixed(1)} ×`,
      ],
    };
  },
};

function best(work: () => number): { readonly ms: number; readonly result: number } {
  let [ms, result] = [Infinity, 0];
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    result = work();
    ms = Math.min(ms, performance.now() - started);
  }
  return { ms, result };
}
