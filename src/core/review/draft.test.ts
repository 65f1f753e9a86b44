import { expect, test } from "vitest";
import type { Corpus } from "../corpus/corpus";
import { corpusOfDraft, type DraftItem, keepProblem, paraphraseItems, rotItems } from "./draft";

const CORPUS: Corpus = {
  name: "mine",
  questions: [
    {
      ...{ id: 7, text: "Is lying wrong?", topic: null, paraphrases: ["May I lie?"] },
      recorded: [{ text: "No.", rot: null }],
    },
  ],
  recordedModel: "somebody",
};
const judged = (text: string, reason: string | null) => ({
  ...{ text, reason, similarity: 0.7, distance: 0.5, score: 0.72 },
});
const candidates = [judged("Lie", "It is no question."), judged("Is a lie bad?", null)];
const wordings = paraphraseItems("d", CORPUS, [{ questionId: 7, candidates, problems: [] }]);
const decided = (items: readonly DraftItem[], ...decisions: DraftItem["decision"][]) =>
  items.map((item, i) => ({ ...item, decision: decisions[i]! }));

test("what passed comes first, and nothing is decided before a person has said", () => {
  expect(wordings.map(({ text, position, decision }) => [text, position, decision])).toEqual([
    ["Is a lie bad?", 0, null],
    ["Lie", 1, null],
  ]);
  expect(() => corpusOfDraft(CORPUS, "paraphrases", wordings)).toThrow("nothing is kept yet");
});

test("kept wordings stand behind those that were there; one that was edited has no score, and one against a filter is kept all the same", () => {
  const [first, second] = decided(wordings, "keep", "keep");
  const items = [first!, { ...second!, edited: " Is it bad to lie? " }];
  const { questions, origin, name } = corpusOfDraft(CORPUS, "paraphrases", items);
  expect(name).toBe("mine, more wordings");
  expect(questions[0]).toMatchObject({
    paraphrases: ["May I lie?", "Is a lie bad?", "Is it bad to lie?"],
    recorded: null,
  });
  expect(origin!.kept).toEqual([{ column: "score", values: ["", "0.72", ""] }]);
});

test("a kept rule stands beside its answer, and a dropped one leaves the answer without", () => {
  const made = [{ questionId: 7, paraphrase: 0, wording: "May I lie?", answer: "No.", rule: "Be honest with all.", reason: null }]; // prettier-ignore
  const items = rotItems("d", made);
  const rots = (decision: DraftItem["decision"]) =>
    corpusOfDraft(CORPUS, "rots", [
      ...decided(items, decision),
      ...decided(items, "keep").map((item) => ({ ...item, questionId: 99 })), // of no question here
    ]).questions[0]!.recorded;
  expect(rots("keep")).toEqual([{ text: "No.", rot: "Be honest with all." }]);
  expect(rots("drop")).toEqual([{ text: "No.", rot: null }]);
});

test("an empty text can't be kept", () => {
  expect(keepProblem({ ...wordings[0]!, edited: " " })).toContain("no text to keep");
  expect(keepProblem(wordings[1]!)).toBeNull();
});
