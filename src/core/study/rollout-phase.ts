/**
 * The phase after LoRA: the policy answers the cycle's training questions, is paid for consistency, and learns from that by PPO,
 * RLOO, GRPO or DPO. In events, files and stored runs its name is "ppo", from before there were the others.
 */
import type { AdapterWeights } from "../adapter/peft";
import { fillPrompt } from "../answers/prompt";
import type { Question } from "../corpus/corpus";
import type { Finding } from "../health/finding";
import { HealthMonitor } from "../health/monitor";
import { healthSample } from "../health/sample";
import { largest } from "../largest";
import { deriveSeed, shuffle, stream } from "../random";
import { mean } from "../statistics/moments";
import { promptsFor } from "./asking";
import { Checkpoints } from "./checkpoints";
import type { Sampling, StudyConfig } from "./config";
import type { Run } from "./context";
import type { Phase } from "./events";
import type { ExamplesByQuestion, FeedbackPairs } from "./examples";
import { type PaidGroup, Payer } from "./payment";
import { PinnedAnswers } from "./pinned";
import { batchesOf, stepsOfVisit } from "./rollout-batches";
import { readRolloutState, writeRolloutState } from "./rollout-state";
import {
  answersAtOnce,
  answersScored,
  type LargestStep,
  learnerOf,
  type RolloutTrainer,
  type StepStats,
} from "./trainer";

export interface RolloutOutcome {
  readonly weights: AdapterWeights;
  readonly skippedAnswers: number;
  readonly health: readonly Finding[];
}

/** What the selection left for this phase. */
export interface Selected {
  /** Aligned answers that passed, for a reward that is anchored to them. */
  readonly kept: ExamplesByQuestion;
  readonly feedback: FeedbackPairs;
}

/**
 * Trains the adapter in use, which is then stored and stays attached; one that is stored takes its place. Questions come in
 * a new seeded order in every pass.
 */
export async function rolloutPhase(
  questions: readonly Question[],
  { kept, feedback }: Selected,
  cycle: number,
  run: Run,
): Promise<RolloutOutcome> {
  const { config, ports, report, signal } = run;
  const { rollouts } = config;
  const phase = { kind: "ppo", cycle } as const;
  const seed = deriveSeed(config.seed, "ppo", cycle);
  const visits = Array.from({ length: rollouts.passes }, (_, pass) =>
    shuffle(questions, stream(seed, "order", pass)).map((question) => ({ question, pass })),
  ).flat();
  const totalSteps = countSteps(questions, config);

  const saved = await ports.store.loadCheckpoint(phase);
  const from = saved && readRolloutState(saved);
  const health = new HealthMonitor({ method: rollouts.method, ppo: config.ppo });
  for (const sample of from?.health ?? []) health.add(sample);
  const trained = from?.done ? await ports.store.loadAdapter(cycle, "ppo") : null;
  if (trained === null) run.goOn({ ...phase, step: from?.step ?? 0 });
  report({
    kind: "phase",
    phase: {
      ...phase,
      ...{ role: "ppo", split: "train", total: totalSteps, unit: "steps" },
      ...feedbackOf(visits.slice(0, totalSteps), feedback, config),
    },
  });
  let skippedAnswers = from?.skippedAnswers ?? 0;
  if (trained !== null) {
    await ports.policy.useAdapter(trained);
    return { weights: trained, skippedAnswers, health: health.findings };
  }

  const trainer = await ports.policy.startRollouts(
    {
      learns: learnerOf(config),
      reference: rollouts.reference,
      sampling: rolloutSampling(config),
      seed,
      largest: largestStep(questions, feedback, config),
    },
    from?.session ?? null,
  );
  if (trainer.note !== null) run.note(trainer.note);
  const payer = new Payer(kept, run, from?.latest);
  const checkpoints = new Checkpoints(phase, from?.step ?? 0, run);
  const pinned = new PinnedAnswers(phase, from?.step ?? 0, from?.pinnedAt ?? null, run);
  let step = from?.step ?? 0;
  let visited = from?.visits ?? 0;
  try {
    for (const { question, pass } of visits.slice(visited)) {
      if (step >= totalSteps) break;
      signal.throwIfAborted();
      const group = await sampleGroup(question, ["rollout", cycle, pass], trainer, payer, run);
      const paid = group.rollouts;
      skippedAnswers += question.paraphrases.length * rollouts.samples - paid.length;
      const pairs = feedback.get(question.id) ?? [];
      for (const batch of batchesOf(question, paid, pairs, config).slice(0, totalSteps - step)) {
        const stats = await trainer.step(batch, run);
        step++;
        skippedAnswers += skippedOf(stats);
        const meanScore = mean(batch.answers.map(({ score }) => score));
        const findings = health.add(healthSample(step, stats, group));
        report({ kind: "ppo-step", cycle, step, totalSteps, meanScore, stats, findings });
        report({ kind: "progress", done: step, total: totalSteps });
      }
      visited++;
      // Between questions no rollouts are held, so there are none to save.
      const done = step >= totalSteps || visited === visits.length;
      await pinned.at(step, totalSteps, done);
      const progress = { visits: visited, skippedAnswers, done, pinnedAt: pinned.askedAt };
      await checkpoints.at(step, done, async () =>
        writeRolloutState(await trainer.snapshot(), progress, health, payer),
      );
    }
  } catch (error) {
    await trainer.end().catch(() => {}); // it holds tensors that nothing else frees; the first failure is the one to tell
    throw error;
  }
  const weights = await trainer.end();
  signal.throwIfAborted(); // a device that failed is known to once it was read
  await ports.store.saveAdapter(cycle, "ppo", weights);
  return { weights, skippedAnswers, health: health.findings };
}

/** From the policy's own distribution: tokens are weighed by it, and a cut-off tail would not be the policy's. */
function rolloutSampling({ rollouts, sampling }: StudyConfig): Sampling {
  const { maxNewTokens } = sampling;
  return { temperature: rollouts.temperature, topK: 0, topP: 1, maxNewTokens };
}

function largestStep(
  questions: readonly Question[],
  feedback: FeedbackPairs,
  config: StudyConfig,
): LargestStep {
  const wordings = questions.map(({ paraphrases }) => paraphrases.length);
  const pairs = config.rollouts.method === "dpo" ? [...feedback.values()].flat() : [];
  return {
    sequences: answersAtOnce(config, largest(wordings)),
    scored: answersScored(config, largest(wordings)),
    prompts: questions.flatMap(({ paraphrases }) =>
      paraphrases.map((paraphrase) => fillPrompt(config.prompt, paraphrase)),
    ),
    answers: pairs.flatMap(({ chosen, rejected }) => [chosen.text, rejected.text]),
  };
}

/** Nothing where no step has any. */
function feedbackOf(
  visits: readonly { readonly question: Question }[],
  feedback: FeedbackPairs,
  { rollouts, dpo }: StudyConfig,
): Pick<Phase, "feedbackPairs"> {
  if (rollouts.method !== "dpo" || !dpo.feedbackPairs) return {};
  const feedbackPairs = visits.map(({ question }) => feedback.get(question.id)?.length ?? 0);
  return feedbackPairs.some((pairs) => pairs > 0) ? { feedbackPairs } : {};
}

function countSteps(questions: readonly Question[], config: StudyConfig): number {
  const ofOnePass = questions.reduce((sum, question) => sum + stepsOfVisit(question, config), 0);
  const planned = ofOnePass * config.rollouts.passes;
  return Math.min(planned, config.rollouts.maxSteps ?? planned);
}

/** Answers that the step itself left out; DPO leaves out pairs, not answers. */
function skippedOf(stats: StepStats): number {
  return stats.method === "dpo" ? 0 : stats.skippedResponses;
}

/** `rollouts.samples` answers to each wording, and what the reward pays for each. */
async function sampleGroup(
  question: Question,
  purpose: readonly (string | number)[],
  trainer: RolloutTrainer,
  payer: Payer,
  run: Run,
): Promise<PaidGroup> {
  const { signal, config, note: onNote } = run;
  const prompts = Array.from({ length: config.rollouts.samples }, (_, k) =>
    promptsFor([question], run, ...purpose, ...(k === 0 ? [] : ["sample", k])),
  ).flat();
  return payer.pay(question, await trainer.rollout(prompts, { signal, onNote }), purpose);
}
