/** Small tasks and sessions for tests of src/core/annotation. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { allPairs, type AnswerPair, type Digest } from "../../src/core/annotation/pair";
import type { SessionEvent } from "../../src/core/annotation/queue";
import {
  LABELS,
  type LabelTask,
  makeTask,
  type TaskSettings,
} from "../../src/core/annotation/task";

export const digest: Digest = async (text) => createHash("sha256").update(text).digest("hex");

/** n(n − 1)/2 pairs of each of `questions` questions with n answers. */
export function somePairs(questions = 2, n = 3): Promise<AnswerPair[]> {
  const answered = Array.from({ length: questions }, (_, q) => ({
    id: q + 1,
    text: `Question ${q + 1}?`,
    answers: Array.from({ length: n }, (_, a) => ({
      id: String(a),
      text: `Answer ${a} to ${q + 1}.`,
    })),
  }));
  return allPairs(answered, digest);
}

export async function someTask(settings: Partial<TaskSettings> = {}): Promise<LabelTask> {
  return makeTask(await somePairs(), { title: "Trial", seed: 1, ...settings }, digest);
}

/** Logs that follow the rules: undo only where there is a label to take back; times rise. */
export function someEvents(items: number): fc.Arbitrary<SessionEvent[]> {
  const item = fc.nat(items - 1);
  const kind = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("label" as const),
        item,
        label: fc.constantFrom(...LABELS),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "undo" as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("flag" as const), item, flagged: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("comment" as const),
        item,
        text: fc.constantFrom("", "a", "b"),
      }),
    },
  );
  return fc.array(fc.tuple(kind, fc.nat(3)), { maxLength: 20 }).map((steps) => {
    let [now, undoable] = [0, 0];
    return steps.flatMap(([step, wait]): SessionEvent[] => {
      now += wait;
      if (step.kind === "undo" && undoable === 0) return [];
      if (step.kind === "label") undoable++;
      if (step.kind === "undo") undoable--;
      return [{ ...step, at: now }];
    });
  });
}
