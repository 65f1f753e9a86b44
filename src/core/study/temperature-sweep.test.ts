import { expect, test } from "vitest";
import type { SeededPrompt } from "./ports";
import { resolveConfig } from "./presets";
import { type SweepHooks, sweepTemperatures } from "./temperature-sweep";

const question = (id: number) => ({
  ...{ id, text: `question ${id}`, topic: null, recorded: null },
  paraphrases: [1, 2, 3, 4, 5].map((n) => `wording ${n} of ${id}`),
});
const config = resolveConfig({ preset: "recommended", sampling: { maxNewTokens: 7 } });
const encoder = {
  ...{ name: "letters", revision: "1" },
  embed: async (texts: readonly string[]) =>
    texts.map((text) => Float32Array.from(text === "yes" ? [1, 0] : [0, 1])),
};

/** Says "yes" to all at temperature 0, and at 1 "no" to every fifth wording. */
function world() {
  const asked: { temperature: number; maxNewTokens: number; prompts: readonly SeededPrompt[] }[] =
    [];
  const generate = async (
    prompts: readonly SeededPrompt[],
    { temperature, maxNewTokens }: { temperature: number; maxNewTokens: number },
  ) => {
    asked.push({ temperature, maxNewTokens, prompts });
    return prompts.map(({ prompt }) =>
      temperature === 1 && /wording 5/.test(prompt) ? "no" : "yes",
    );
  };
  return { asked, ports: { policy: { generate }, encoder } };
}
const hooks: SweepHooks = { signal: new AbortController().signal };
const questions = Array.from({ length: 8 }, (_, i) => question(i + 1));

test("each temperature has its mean SaGE with interval and n, by the score of an evaluation", async () => {
  const { asked, ports } = world();
  const told: number[] = [];
  const progress: string[] = [];
  const points = await sweepTemperatures(questions, [0, 1], ports, config, {
    ...hooks,
    onPoint: ({ temperature }) => void told.push(temperature),
    onProgress: (done, total) => void progress.push(`${done} of ${total}`),
  });
  // Of five answers one differs: mean similarity 6 of 10 pairs; a study whose answers are these scores the same.
  expect(points).toMatchObject([
    { temperature: 0, mean: 1, interval: [1, 1], n: 8, betweenQuestions: 1 },
    { temperature: 1, n: 8 },
  ]);
  expect(points[1]!.mean).toBeCloseTo(points[1]!.interval![0]);
  expect(points[1]!.mean).toBeLessThan(0.6);
  expect(told).toEqual([0, 1]);
  expect(progress).toEqual(["32 of 80", "40 of 80", "72 of 80", "80 of 80"]);
  expect(asked.every(({ maxNewTokens }) => maxNewTokens === 7)).toBe(true);
});

test("an answer is drawn with the same seed at every temperature, another for each wording", async () => {
  const { asked, ports } = world();
  await sweepTemperatures(questions, [0.3, 0.7], ports, config, hooks);
  const promptsAt = (t: number) =>
    asked.filter(({ temperature }) => temperature === t).flatMap(({ prompts }) => prompts);
  expect(promptsAt(0.3)).toEqual(promptsAt(0.7));
  expect(new Set(promptsAt(0.3).map(({ seed }) => seed)).size).toBe(40);
});

test("where no question has two answers the mean is null and n is 0", async () => {
  const { ports } = world();
  const silent = { ...ports, policy: { generate: async (p: readonly SeededPrompt[]) => p.map(() => " ") } }; // prettier-ignore
  expect(await sweepTemperatures(questions, [0], silent, config, hooks)).toMatchObject([
    { mean: null, interval: null, n: 0, betweenQuestions: null },
  ]);
});

test.each([
  [[], "at least one temperature"],
  [[0, -0.1], "must be 0 or more, got -0.1"],
  [[NaN], "must be 0 or more, got NaN"],
  [[0.5, 1, 0.5], "temperature 0.5 is given twice"],
])("temperatures %j are refused before anything is asked", async (temperatures, message) => {
  const { asked, ports } = world();
  const swept = sweepTemperatures(questions, temperatures, ports, config, hooks);
  await expect(swept).rejects.toThrow(message);
  expect(asked).toEqual([]);
});

test("a sweep that is cancelled stops at the next block; no question is refused", async () => {
  const { asked, ports } = world();
  const controller = new AbortController();
  const cancelled = sweepTemperatures(questions, [0, 1], ports, config, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
  expect(asked).toHaveLength(1);
  await expect(sweepTemperatures([], [0], ports, config, hooks)).rejects.toThrow("one question");
});
