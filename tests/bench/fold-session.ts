/** A long session read back in one fold, against a fold that copies its state at each event. */
import {
  applyEvent,
  emptySession,
  foldSession,
  type SessionEvent,
} from "../../src/core/annotation/queue";
import { LABELS, type LabelTask, makeTask } from "../../src/core/annotation/task";
import type { Bench } from "./bench";

const PAIRS = 5000;

export const foldSessionBench: Bench = {
  name: "fold-session",
  about: "a labelling session read in one fold, against copying its state at each event",
  quick: true,
  backends: [],
  async run() {
    const task = await longTask();
    const events = task.items.map((_, item): SessionEvent => ({
      kind: "label",
      item,
      label: LABELS[item % 3]!,
      at: 1000 * item,
    }));
    foldSession(task, events.slice(0, 100)); // warm up
    const linear = time(() => foldSession(task, events));
    const copying = time(() =>
      events.reduce((state, event) => applyEvent(task, state, event), emptySession),
    );
    if (linear.result.labels.size !== PAIRS || copying.result.labels.size !== PAIRS) {
      throw new Error("a fold lost labels");
    }
    const figures = {
      ms: linear.milliseconds,
      plainMs: copying.milliseconds,
      ratio: copying.milliseconds / linear.milliseconds,
    };
    const lines = [
      `${PAIRS} labels of a task of ${PAIRS} pairs`,
      `foldSession      ${linear.milliseconds.toFixed(1)} ms`,
      `copying fold     ${copying.milliseconds.toFixed(1)} ms`,
      `ratio            ${(copying.milliseconds / linear.milliseconds).toFixed(1)} ×`,
    ];
    return { figures, lines };
  },
};

/** Ids count up: what is folded does not look at them. */
function longTask(): Promise<LabelTask> {
  const pairs = Array.from({ length: PAIRS }, (_, i) => ({
    ...{ id: String(i), questionId: i, question: "?" },
    answers: [
      { id: "1", text: "a" },
      { id: "2", text: "b" },
    ] as [{ id: string; text: string }, { id: string; text: string }],
  }));
  return makeTask(pairs, { title: "Long", seed: 1 }, async (text) => String(text.length));
}

function time<T>(work: () => T): { milliseconds: number; result: T } {
  const start = performance.now();
  const result = work();
  return { milliseconds: performance.now() - start, result };
}
