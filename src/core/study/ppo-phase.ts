/** PPO over the cycle's training questions, with the consistency of the answers as reward. */
import type { AdapterWeights } from "../adapter/peft";
import type { Question } from "../corpus/corpus";
import type { Finding } from "../health/finding";
import { HealthMonitor } from "../health/monitor";
import { ppoSample } from "../health/sample";
import { deriveSeed, shuffle, stream } from "../random";
import { promptsFor } from "./asking";
import { Checkpoints } from "./checkpoints";
import type { Sampling, StudyConfig } from "./config";
import type { Run } from "./context";
import type { ExamplesByQuestion } from "./cycle";
import { type PaidGroup, Payer } from "./payment";
import type { PpoSession } from "./ports";
import { readPpoState, writePpoState } from "./ppo-state";

export interface PpoOutcome {
  readonly weights: AdapterWeights;
  readonly skippedAnswers: number;
  readonly health: readonly Finding[];
}

/**
 * Trains the adapter in use, which is then stored and stays attached; one that is stored takes its place. Questions come in
 * a new seeded order in every pass.
 * @param kept  the aligned answers that passed the selection, for a reward that is anchored to them.
 */
export async function ppoPhase(
  questions: readonly Question[],
  kept: ExamplesByQuestion,
  cycle: number,
  run: Run,
): Promise<PpoOutcome> {
  const { config, ports, report, signal } = run;
  const { ppo, rollouts } = config;
  const phase = { kind: "ppo", cycle } as const;
  const seed = deriveSeed(config.seed, "ppo", cycle);
  const visits = Array.from({ length: rollouts.passes }, (_, pass) =>
    shuffle(questions, stream(seed, "order", pass)).map((question) => ({ question, pass })),
  ).flat();
  const totalSteps = countSteps(questions, rollouts);

  const saved = await ports.store.loadCheckpoint(phase);
  const from = saved && readPpoState(saved);
  const health = new HealthMonitor({ method: "ppo", ppo });
  for (const sample of from?.health ?? []) health.add(sample);
  const trained = from?.done ? await ports.store.loadAdapter(cycle, "ppo") : null;
  if (trained === null) run.goOn({ ...phase, step: from?.step ?? 0 });
  report({
    kind: "phase",
    phase: { ...phase, role: "ppo", split: "train", total: totalSteps, unit: "steps" },
  });
  let skippedAnswers = from?.skippedAnswers ?? 0;
  if (trained !== null) {
    await ports.policy.useAdapter(trained);
    return { weights: trained, skippedAnswers, health: health.findings };
  }

  const session = await ports.policy.startPpo(
    { ppo, reference: rollouts.reference, sampling: rolloutSampling(config), seed },
    from?.session ?? null,
  );
  const payer = new Payer(kept, run, from?.latest);
  const checkpoints = new Checkpoints(phase, from?.step ?? 0, run);
  let step = from?.step ?? 0;
  let visited = from?.visits ?? 0;
  try {
    for (const { question, pass } of visits.slice(visited)) {
      if (step >= totalSteps) break;
      signal.throwIfAborted();
      const group = await sampleGroup(question, ["rollout", cycle, pass], session, payer, run);
      const paid = group.rollouts;
      skippedAnswers += question.paraphrases.length * rollouts.samples - paid.length;
      const batches = rollouts.batch === "question" ? [paid] : paid.map((one) => [one]);
      for (const batch of batches.slice(0, totalSteps - step)) {
        if (batch.length === 0) continue;
        const stats = await session.step(batch, run);
        step++;
        skippedAnswers += stats.skippedResponses;
        const meanScore = batch.reduce((sum, { score }) => sum + score, 0) / batch.length;
        const findings = health.add(ppoSample(step, stats, group));
        report({ kind: "ppo-step", cycle, step, totalSteps, meanScore, stats, findings });
        report({ kind: "progress", done: step, total: totalSteps });
      }
      visited++;
      // Between questions no rollouts are held, so there are none to save.
      const done = step >= totalSteps || visited === visits.length;
      const progress = { visits: visited, skippedAnswers, done };
      await checkpoints.at(step, done, async () =>
        writePpoState(await session.snapshot(), progress, health, payer),
      );
    }
  } catch (error) {
    await session.end().catch(() => {}); // it holds tensors that nothing else frees; the first failure is the one to tell
    throw error;
  }
  const weights = await session.end();
  await ports.store.saveAdapter(cycle, "ppo", weights);
  return { weights, skippedAnswers, health: health.findings };
}

/** From the policy's own distribution: PPO weighs tokens by it, and a cut-off tail would not be the policy's. */
function rolloutSampling({ rollouts, sampling }: StudyConfig): Sampling {
  const { maxNewTokens } = sampling;
  return { temperature: rollouts.temperature, topK: 0, topP: 1, maxNewTokens };
}

function countSteps(questions: readonly Question[], rollouts: StudyConfig["rollouts"]): number {
  const ofOnePass = questions.reduce(
    (sum, { paraphrases }) =>
      sum + (rollouts.batch === "question" ? 1 : paraphrases.length * rollouts.samples),
    0,
  );
  const planned = ofOnePass * rollouts.passes;
  return Math.min(planned, rollouts.maxSteps ?? planned);
}

/** `rollouts.samples` answers to each wording, and what the reward pays for each. */
async function sampleGroup(
  question: Question,
  purpose: readonly (string | number)[],
  session: PpoSession,
  payer: Payer,
  run: Run,
): Promise<PaidGroup> {
  const { signal, config } = run;
  const prompts = Array.from({ length: config.rollouts.samples }, (_, k) =>
    promptsFor([question], run, ...purpose, ...(k === 0 ? [] : ["sample", k])),
  ).flat();
  return payer.pay(question, await session.rollout(prompts, { signal }), purpose);
}
