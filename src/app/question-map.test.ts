import fc from "fast-check";
import { expect, test } from "vitest";
import type { AnswerSet } from "../core/answers/answer";
import { answerSetName } from "../core/answers/answer";
import { FOUNDATIONS } from "../core/corpus/corpus";
import type { QuestionScore } from "../core/study/scoring";
import {
  FIRST_CHOICE,
  FLIPS,
  type MapChoice,
  SORTS,
  afterSets,
  chooseRows,
  countRefusals,
  mapRows,
  mapSides,
  readChoice,
  writeChoice,
} from "./question-map";
import { emptyView } from "./study-view";

const set = (role: AnswerSet["role"], split: AnswerSet["split"], cycle = 0) => ({ role, split, cycle }); // prettier-ignore
const score = (id: number, sage: number | null, flipRate: number | null = null) =>
  ({ id, sage, n: 5, measures: { flipRate: { value: flipRate, n: 5, reason: null } } }) as unknown as QuestionScore; // prettier-ignore
const viewOf = (...sets: [AnswerSet, QuestionScore[]][]) => ({
  ...emptyView,
  scored: new Map(sets.map(([set, scores]) => [answerSetName(set), { set, scores }])),
});
const question = (id: number, text: string, foundations: ("care" | "loyalty")[] = []) => ({
  ...{ id, text, foundations, topic: null, paraphrases: [], recorded: null },
});
const corpus = {
  name: "c",
  recordedModel: null,
  questions: [question(3, "May one lie?", ["care"]), question(1, "May one steal?"), question(2, "Is betrayal wrong?", ["loyalty"])], // prettier-ignore
};
const view = viewOf(
  [set("baseline", "evaluation"), [score(1, 0.4), score(2, 0.9), score(3, null)]],
  [set("aligned", "evaluation"), [score(1, 0.9)]],
  [set("target", "train", 1), [score(9, 0.2)]],
  [set("lora", "evaluation", 1), [score(1, 0.7), score(2, 0.8), score(3, 0.5)]],
);
const rows = mapRows(mapSides(view, "evaluation", "")!, corpus, new Map(), new Map([[2, 1]]));
const ids = (choice: Partial<MapChoice>) =>
  chooseRows(rows, { ...FIRST_CHOICE, ...choice }).map(({ id }) => id);

test("before stands the untrained model, after it the last trained, unless another is named", () => {
  expect(mapSides(view, "evaluation", "")?.after?.set.role).toBe("lora");
  expect(mapSides(view, "evaluation", "evaluation-aligned")?.after?.set.role).toBe("aligned");
  expect(mapSides(view, "train", "")).toMatchObject({ before: { set: { role: "target" } }, after: null }); // prettier-ignore
  expect(mapSides(emptyView, "train", "")).toBeNull();
  expect(afterSets(view, "evaluation").map(({ role }) => role)).toEqual(["aligned", "lora"]);
});

test("rows come in the corpus's order, and a change needs both scores", () => {
  expect(rows.map(({ id, change }) => [id, change && +change.toFixed(2)])).toEqual([
    [3, null],
    [1, 0.3],
    [2, -0.1],
  ]);
});

test("sorted, either way round, what has no figure comes last", () => {
  expect(ids({ sort: "before" })).toEqual([1, 2, 3]);
  expect(ids({ sort: "before", descending: true })).toEqual([2, 1, 3]);
  expect(ids({ sort: "change" })).toEqual([2, 1, 3]);
  expect(ids({ sort: "after", descending: true })).toEqual([2, 1, 3]);
  expect(ids({ descending: true })).toEqual([3, 1, 2]); // the corpus has one order
});

test("filters: words of the text in any order, a foundation, refusals", () => {
  expect(ids({ text: "ONE  may" })).toEqual([3, 1]);
  expect(ids({ foundation: "loyalty" })).toEqual([2]);
  expect(ids({ refusalsOnly: true })).toEqual([2]);
  expect(ids({ text: "nothing like it" })).toEqual([]);
});

test("stance flips: on either side, only before training, or only after; what was not measured is neither", () => {
  const flipping = viewOf(
    [set("baseline", "evaluation"), [score(1, 0.4, 0.5), score(2, 0.9, 0), score(3, null)]],
    [set("lora", "evaluation", 1), [score(1, 0.7, 0), score(2, 0.8, 0.1), score(3, 0.5, 0.2)]],
  );
  const all = mapRows(mapSides(flipping, "evaluation", "")!, corpus, new Map(), null);
  const chosen = (flips: MapChoice["flips"]) =>
    chooseRows(all, { ...FIRST_CHOICE, flips }).map(({ id }) => id);
  expect(FLIPS.map(chosen)).toEqual([[3, 1, 2], [1], [2]]);
  expect(chosen("")).toEqual([3, 1, 2]);
});

test("refusals are counted by question", () => {
  const answer = (questionId: number, text: string) => ({ questionId, text, paraphrase: 0, ruleOfThumb: null }); // prettier-ignore
  const counts = countRefusals([
    answer(1, "I cannot give an opinion on that."),
    answer(1, "As an AI language model, I hold no views."),
    answer(2, "It is wrong."),
  ]);
  expect([...counts]).toEqual([[1, 2]]);
});

test("a choice comes back from its address; a wrong address is the first choice", () => {
  const choice = fc.record({
    split: fc.constantFrom("evaluation", "train"),
    after: fc.string(),
    sort: fc.constantFrom(...SORTS),
    descending: fc.boolean(),
    foundation: fc.constantFrom("", ...FOUNDATIONS),
    refusalsOnly: fc.boolean(),
    flips: fc.constantFrom("", ...FLIPS),
    text: fc.string(),
  });
  fc.assert(fc.property(choice, (chosen) => {
    expect(readChoice(writeChoice(chosen as MapChoice))).toEqual(chosen);
  })); // prettier-ignore
  expect(readChoice("sort=up&split=all&foundation=sloth&flips=all")).toEqual(FIRST_CHOICE);
  expect(writeChoice(FIRST_CHOICE)).toBe("");
});
