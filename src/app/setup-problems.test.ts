import { expect, test } from "vitest";
import type { Corpus } from "../core/corpus/corpus";
import type { StudyConfigInput } from "../core/study/config";
import { resolveConfig } from "../core/study/presets";
import { problemsWith } from "./setup-problems";

function corpus(size: number, { recorded = true, wordings = 5 } = {}): Corpus {
  return {
    name: "mine",
    recordedModel: recorded ? "people" : null,
    questions: Array.from({ length: size }, (_, i) => ({
      id: i + 1,
      text: "?",
      topic: null,
      paraphrases: new Array<string>(wordings).fill("?"),
      recorded: null,
    })),
  };
}
const problems = (input: Partial<StudyConfigInput>, of: Corpus | null = corpus(40)) =>
  problemsWith(
    resolveConfig({ preset: "recommended", ...input }),
    of,
    (target) =>
      (({ "hub:lab/here@main": "gpt2", "files:tiny@0123456789ab": "onnx" }) as const)[target] ??
      null,
  );

test("sound settings have none", () => {
  expect(problems({ questions: { alwaysEvaluate: [1, 40] } })).toEqual([]);
});

test.each<[string, Partial<StudyConfigInput>, Corpus | null]>([
  ["not here any more", {}, null],
  ["no recorded answers", {}, corpus(40, { recorded: false })],
  ["12 held-out questions leave none of 12", {}, corpus(12)],
  ["has no question 41, x", { questions: { alwaysEvaluate: [1, 41, "x"] } }, corpus(40)],
  ["2 questions are always held out, but only 1", { questions: { evaluation: 1, alwaysEvaluate: [1, 2] } }, corpus(40)], // prettier-ignore
  ["the reward leave-one-out needs 3 wordings of each question, and question 1 has fewer", { rollouts: { reward: "leave-one-out" } }, corpus(40, { wordings: 2 })], // prettier-ignore
  ["the reward blend needs 3", { rollouts: { reward: "blend" }, reward: { credit: "leave-one-out" } }, corpus(40, { wordings: 2 })], // prettier-ignore
  ["the reward mean-similarity needs 2", { rollouts: { reward: "mean-similarity" } }, corpus(40, { wordings: 1 })], // prettier-ignore
  ["A score needs 2 wordings of each question, and question 1 has fewer", { rollouts: { enabled: false } }, corpus(40, { wordings: 1 })], // prettier-ignore
  ["A score needs 2", { cycles: { max: 0 }, questions: { evaluation: 40 } }, corpus(40, { wordings: 1 })], // prettier-ignore
  ["command line alone", { target: "models/gpt2" }, corpus(40)],
  ["“tiny” is in ONNX", { target: "files:tiny@0123456789ab" }, corpus(40)],
  ["41 held-out questions are more than the 40", { cycles: { max: 0 }, questions: { evaluation: 41 } }, corpus(40)], // prettier-ignore
  ["hub:lab/gone@main is not in this browser", { target: "hub:lab/gone@main" }, corpus(40)],
])("%s", (reason, input, of) => {
  expect(problems(input, of)).toEqual([expect.stringContaining(reason)]);
});

test("a study without cycles needs several wordings of the held-out questions alone", () => {
  const whole = corpus(40);
  const questions = whole.questions.map((question) =>
    question.id === 1 ? question : { ...question, paraphrases: ["?"] },
  );
  const one = { cycles: { max: 0 }, questions: { evaluation: 1, alwaysEvaluate: [1] } };
  expect(problems(one, { ...whole, questions })).toEqual([]);
});

test("a model that is in the browser can be the target", () => {
  expect(problems({ target: "hub:lab/here@main" })).toEqual([]);
});

test("an API makes recorded answers unnecessary", () => {
  const aligned = { kind: "chat", baseUrl: "http://localhost:1234/v1", model: "m" } as const;
  expect(problems({ aligned }, corpus(40, { recorded: false }))).toEqual([]);
});

test("a study without cycles may hold out every question, of a model in ONNX too", () => {
  const all = { cycles: { max: 0 }, questions: { evaluation: 40 } };
  expect(problems(all)).toEqual([]);
  expect(problems({ ...all, target: "files:tiny@0123456789ab" })).toEqual([]);
});
