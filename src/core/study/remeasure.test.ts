import { expect, test } from "vitest";
import type { Answer } from "../answers/answer";
import { promptsFor } from "./asking";
import type { SeededPrompt } from "./ports";
import { resolveConfig } from "./presets";
import { remeasure, type RemeasureStage } from "./remeasure";

const question = (id: number) => ({
  ...{ id, text: `question ${id}`, topic: null, recorded: null },
  paraphrases: [1, 2, 3, 4].map((n) => `wording ${n} of ${id}`),
});
const questions = Array.from({ length: 10 }, (_, i) => question(i + 1));
const config = resolveConfig({ preset: "recommended" });
/** "yes" and "no" are at right angles: their similarity is 0. */
const encoder = {
  ...{ name: "letters", revision: "1" },
  embed: async (texts: readonly string[]) =>
    texts.map((text) => Float32Array.from(text === "yes" ? [1, 0] : [0, 1])),
};
/** Wordings 1 to 3 are answered "yes", the fourth "no": half of the 6 pairs agree, and half contradict. */
const answers: Answer[] = questions.flatMap(({ id }) =>
  [0, 1, 2, 3].map((paraphrase) => ({
    ...{ questionId: id, paraphrase, ruleOfThumb: null },
    text: paraphrase < 3 ? "yes" : "no",
  })),
);
const inference = {
  ...{ name: "opposites", revision: "1" },
  infer: async (pairs: readonly { premise: string; hypothesis: string }[]) =>
    pairs.map(({ premise, hypothesis }) =>
      premise === hypothesis
        ? { contradiction: 0, neutral: 0, entailment: 1 }
        : { contradiction: 1, neutral: 0, entailment: 0 },
    ),
};
const signal = new AbortController().signal;

/** Says again what it said, but of the last question the other thing. */
function policyOf() {
  const asked: SeededPrompt[] = [];
  const generate = async (prompts: readonly SeededPrompt[]) => {
    asked.push(...prompts);
    return prompts.map(({ prompt }) => {
      const [, wording, id] = /wording (\d) of (\d+)/.exec(prompt)!;
      return (wording === "4") === (id === "10") ? " yes" : " no";
    });
  };
  return { asked, generate };
}

test("what is due to wording is the closeness when asked again less that between wordings, with n and interval", async () => {
  const policy = policyOf();
  const ports = { encoder, policy, inference: null };
  const { measures } = await remeasure(questions, answers, ports, config, { signal });
  expect(measures.meanSimilarity).toMatchObject({ mean: 0.5, n: 10 });
  // 9 questions answer as before (1), the last answers the opposite (0).
  expect(measures.resampledSimilarity).toMatchObject({ n: 10, reason: null });
  expect(measures.resampledSimilarity!.mean).toBeCloseTo(0.9, 12);
  expect(measures.wordingEffect!.mean).toBeCloseTo(0.4, 12);
  const [low, high] = measures.wordingEffect!.interval!;
  expect(low).toBeLessThan(0.4);
  expect(high).toBeGreaterThanOrEqual(0.4);
  expect(measures.contradictionRate).toMatchObject({ mean: null, n: 0 });
  expect(measures.contradictionRate!.reason).toContain("inference");
});

test("a wording is put as it was, with a seed that the evaluation did not draw from", async () => {
  const policy = policyOf();
  const shuffled = answers.toReversed();
  const ports = { encoder, policy, inference: null };
  const { measures } = await remeasure(questions, shuffled, ports, config, { signal });
  expect(measures.resampledSimilarity!.mean).toBeCloseTo(0.9, 12);
  expect(policy.asked[0]!.prompt).toBe("Question: wording 4 of 10\nAnswer:");
  const first = promptsFor(questions, { config }, "answer", "evaluation").map(({ seed }) => seed);
  expect(new Set([...first, ...policy.asked.map(({ seed }) => seed)]).size).toBe(80);
});

test("contradictions are counted over pairs, and nobody is asked", async () => {
  const stages = new Set<RemeasureStage>();
  const onProgress = (stage: RemeasureStage) => void stages.add(stage);
  const ports = { encoder, policy: null, inference };
  const { measures, scores } = await remeasure(questions, answers, ports, config, {
    signal,
    onProgress,
  });
  expect(measures.contradictionRate).toMatchObject({ mean: 0.5, n: 10 });
  expect(measures.wordingEffect).toMatchObject({
    mean: null,
    reason: "no wording was asked again",
  });
  expect(stages.has("asking")).toBe(false);
  expect(scores[3]!.measures!.contradictionRate).toEqual({ value: 0.5, n: 6, reason: null });
});

test("an answer to a wording that is gone is named, and an abort ends the asking", async () => {
  const ports = { encoder, policy: policyOf(), inference: null };
  const gone = questions.map((one) => ({ ...one, paraphrases: one.paraphrases.slice(0, 3) }));
  await expect(remeasure(gone, answers, ports, config, { signal })).rejects.toThrow(
    "wording 4 of question 1 is not in the corpus any more",
  );
  const aborted = { signal: AbortSignal.abort() };
  await expect(remeasure(questions, answers, ports, config, aborted)).rejects.toThrow("aborted");
});
