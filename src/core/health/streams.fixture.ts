/** Simulated runs of training: noise of the size that the demo's own PPO shows (tests/fixtures/health/demo-ppo.json). */
import { type Random, stream } from "../random";
import type { HealthContext, HealthSample, SampledGroup } from "./sample";

export const ppoContext: HealthContext = {
  method: "ppo",
  ppo: { gamma: 1, lambda: 0.95, whitenRewards: false },
};

/** Changes a healthy step; `step` counts from 1. */
export type Fault = (sample: HealthSample, step: number) => HealthSample;

const QUESTIONS = 28;

/**
 * A healthy run: KL grows from 0 to a few nats with each answer's k1 noise (variance 2·KL, and a question's own heavy
 * tail), entropy falls by up to 40 %, the value error falls from about 2, lengths depend on the question. Level, noise
 * and speed differ by seed; a third of the runs have 20 answers a group, the others 5.
 */
export function simulatedRun(seed: number, steps: number, fault: Fault = (x) => x): HealthSample[] {
  const random = stream(seed, "health");
  const answers = [5, 5, 20][seed % 3]!;
  const level = {
    kl: 0.3 * logNormal(random, 0.8),
    entropy: 0.5 * logNormal(random, 0.6),
    length: 30 * logNormal(random, 0.4),
    between: 0.4 + 0.06 * normal(random),
  };
  const entropyLoss = 0.4 * random();
  const lengthDrift = 0.15 * normal(random);
  const questionLength = Array.from({ length: QUESTIONS }, () => logNormal(random, 0.15));
  return Array.from({ length: steps }, (_, i) => {
    const done = i / steps;
    const question = Math.floor(random() * QUESTIONS);
    const kl = i === 0 ? 0 : level.kl * (1 - Math.exp(-i / 20)) * logNormal(random, 1) * 2;
    const sample: HealthSample = {
      step: i + 1,
      answers,
      kl: Array.from({ length: answers }, () => kl + Math.sqrt(2 * kl) * normal(random)),
      ratio: 1 + 0.02 * normal(random),
      overRatio: 0,
      entropy: level.entropy * (1 - entropyLoss * done) * logNormal(random, 0.4),
      valueError: (0.4 + 1.8 * Math.exp(-i / 30)) * logNormal(random, 0.3),
      length:
        level.length *
        Math.exp(lengthDrift * done) *
        questionLength[question]! *
        logNormal(random, 0.25 / Math.sqrt(answers)),
      group: healthyGroup(random, question, answers, level.between),
    };
    return fault(sample, i + 1);
  });
}

function healthyGroup(
  random: Random,
  questionId: number,
  answers: number,
  between: number,
): SampledGroup {
  const texts = Array.from({ length: answers }, () => {
    const verdict = random() < 0.5 ? "No" : "Yes"; // a third of all answers are that word alone
    return random() < 0.35 ? `${verdict}.` : `${verdict}, since ${Math.floor(random() * 1e6)}.`;
  });
  return {
    questionId,
    texts,
    scores: texts.map(() => 0.75 + 0.08 * normal(random)),
    within: 0.75 + 0.1 * normal(random),
    between: between + 0.04 * normal(random),
  };
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function logNormal(random: Random, deviation: number): number {
  return Math.exp(deviation * normal(random));
}
