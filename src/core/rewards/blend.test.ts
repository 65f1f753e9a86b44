import * as v from "valibot";
import { expect, test } from "vitest";
import { rougeL } from "../metrics/rouge-l";
import type { AnswerGroup } from "./blend";
import { RewardConfig, REWARD_NAMES } from "./config";
import { plantedGroup } from "./planted.fixture";
import { fewestWordings, payGroup, rewards } from "./rewards";

const defaults = v.parse(RewardConfig, {});
const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));

const group = (over: Partial<AnswerGroup> = {}): AnswerGroup => ({
  texts: ["Lying breaks the trust of others.", "A lie breaks trust in the end.", "Yes."],
  wordings: [0, 1, 2],
  embeddings: [unit(0), unit(0.2), unit(1.5)],
  aligned: [],
  elsewhere: [],
  seed: 1,
  ...over,
});

test("by hand: every part of the blend enters with its weight", () => {
  const settings = { ...defaults, anchorWeight: 0.25, samenessPenalty: 0.5, lengthPenalty: 2 };
  const [, , last] = payGroup(
    "blend",
    group({ aligned: [unit(1)], elsewhere: [unit(1.2)] }),
    settings,
  );
  const agreement = (Math.cos(1.5) + Math.cos(1.3)) / 2;
  const score = 0.75 * agreement + 0.25 * Math.cos(0.5) - 0.5 * Math.cos(0.3) - 2 * 0.8;
  expect(last!.score).toBeCloseTo(score, 6);
  expect(last).toMatchObject({ length: 0.8, repetition: 0, refusal: 0 });
});

test("without aligned answers and other questions the blend is agreement less its faults", () => {
  for (const { score, agreement, length, anchor, sameness } of payGroup(
    "blend",
    group(),
    defaults,
  )) {
    expect([anchor, sameness]).toEqual([null, null]);
    expect(score).toBeCloseTo(agreement - defaults.lengthPenalty * length, 12);
  }
});

test("a share of ROUGE-L moves similarity by that share", () => {
  const { texts } = group();
  const [first] = payGroup("blend", group(), { ...defaults, rougeWeight: 1 });
  const overlap = (rougeL(texts[0]!, texts[1]!) + rougeL(texts[0]!, texts[2]!)) / 2;
  expect(first!.agreement).toBeCloseTo(overlap, 12);
});

test("a refusal and a repeat lose to the same vector without them", () => {
  const texts = [
    "Lying breaks trust and hurts people.",
    "As an AI I hold no views.",
    "No no no no no no.",
  ];
  const [sound, refusal, repeat] = payGroup(
    "blend",
    group({ texts, embeddings: [unit(0), unit(0), unit(0)] }),
    defaults,
  );
  expect(refusal!.score).toBeCloseTo(sound!.score - defaults.refusalPenalty, 12);
  expect(repeat!.score).toBeLessThan(sound!.score);
});

test("the plain rewards pay as they always did, whatever the blend's settings", () => {
  const full = group({ aligned: [unit(1)], elsewhere: [unit(1)] });
  const [first] = payGroup("mean-similarity", full, { ...defaults, samenessPenalty: 9 });
  expect(first!.score).toBeCloseTo((Math.cos(0.2) + Math.cos(1.5)) / 2, 6);
  expect(new Set(payGroup("group-sage", full, defaults).map(({ score }) => score)).size).toBe(1);
});

test("the recommended blend pays the planted outlier least in 95 % of 200 groups or more", () => {
  const found = Array.from({ length: 200 }, (_, seed) => {
    const { embeddings, wordings, outlier } = plantedGroup(seed);
    const texts = embeddings.map(() => "One answer of many words here.");
    const others = [1, 2, 3].map((k) => plantedGroup(1000 * k + seed).embeddings[0]!);
    const planted = { texts, wordings, embeddings, aligned: [], elsewhere: others, seed };
    const scores = payGroup("blend", planted, defaults).map(({ score }) => score);
    return scores.every((score, i) => i === outlier || score > scores[outlier]!);
  });
  expect(found.filter(Boolean).length / found.length).toBeGreaterThanOrEqual(0.95);
});

test("every reward says what it pays for, and how many wordings it needs", () => {
  for (const name of REWARD_NAMES) expect(rewards[name].describe).toMatch(/\.$/);
  expect(REWARD_NAMES.map((name) => fewestWordings(name, defaults))).toEqual([2, 3, 2, 2, 2]);
  expect(fewestWordings("blend", { credit: "leave-one-out" })).toBe(3);
});
