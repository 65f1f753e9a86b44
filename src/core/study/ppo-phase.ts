/** PPO over the cycle's training questions, with the consistency of the answers as reward. */
import type { AdapterWeights } from "../adapter/peft";
import { trimAnswer } from "../answers/prompt";
import type { Question } from "../corpus/corpus";
import { deriveSeed, shuffle, stream } from "../random";
import { fewestAnswers, rewards } from "../rewards/rewards";
import { pairWeights } from "../sage/similarity";
import { promptsFor } from "./asking";
import type { Sampling, StudyConfig } from "./config";
import type { Run } from "./context";
import type { PpoSession, ScoredRollout } from "./ports";

export interface PpoOutcome {
  readonly weights: AdapterWeights;
  readonly skippedAnswers: number;
}

/** Trains the adapter in use. Questions come in a new seeded order in every pass. */
export async function ppoPhase(
  questions: readonly Question[],
  cycle: number,
  run: Run,
): Promise<PpoOutcome> {
  const { config, ports, report, signal } = run;
  const { ppo, rollouts } = config;
  const seed = deriveSeed(config.seed, "ppo", cycle);
  const visits = Array.from({ length: rollouts.passes }, (_, pass) =>
    shuffle(questions, stream(seed, "order", pass)).map((question) => ({ question, pass })),
  ).flat();
  const totalSteps = countSteps(questions, rollouts);
  report({
    kind: "phase",
    phase: { kind: "ppo", cycle, role: "ppo", split: "train", total: totalSteps, unit: "steps" },
  });

  const session = await ports.policy.startPpo({
    ppo,
    reference: rollouts.reference,
    sampling: rolloutSampling(config),
    seed,
  });
  let step = 0;
  let skippedAnswers = 0;
  try {
    for (const { question, pass } of visits) {
      if (step >= totalSteps) break;
      signal.throwIfAborted();
      const paid = await payRollouts(question, ["rollout", cycle, pass], session, run);
      skippedAnswers += question.paraphrases.length - paid.length;
      const batches = rollouts.batch === "question" ? [paid] : paid.map((one) => [one]);
      for (const batch of batches.slice(0, totalSteps - step)) {
        if (batch.length === 0) continue;
        const stats = await session.step(batch, run);
        step++;
        skippedAnswers += stats.skippedResponses;
        const meanScore = batch.reduce((sum, { score }) => sum + score, 0) / batch.length;
        report({ kind: "ppo-step", cycle, step, totalSteps, meanScore, stats });
        report({ kind: "progress", done: step, total: totalSteps });
      }
    }
  } catch (error) {
    await session.end().catch(() => {}); // it holds tensors that nothing else frees; the first failure is the one to tell
    throw error;
  }
  return { weights: await session.end(), skippedAnswers };
}

/** From the policy's own distribution: PPO weighs tokens by it, and a cut-off tail would not be the policy's. */
function rolloutSampling({ rollouts, sampling }: StudyConfig): Sampling {
  const { maxNewTokens } = sampling;
  return { temperature: rollouts.temperature, topK: 0, topP: 1, maxNewTokens };
}

function countSteps(questions: readonly Question[], rollouts: StudyConfig["rollouts"]): number {
  const ofOnePass = questions.reduce(
    (sum, { paraphrases }) => sum + (rollouts.batch === "question" ? 1 : paraphrases.length),
    0,
  );
  const planned = ofOnePass * rollouts.passes;
  return Math.min(planned, rollouts.maxSteps ?? planned);
}

/**
 * One answer to each wording of the question, and what the reward pays for it within the group. An empty answer has
 * no meaning to compare and is left out; of too few answers for the reward nothing can be learned.
 */
async function payRollouts(
  question: Question,
  purpose: readonly (string | number)[],
  session: PpoSession,
  run: Run,
): Promise<ScoredRollout[]> {
  const { config, ports, signal } = run;
  const texts = await session.rollout(promptsFor([question], run, ...purpose), { signal });
  const said = texts.flatMap((text, rollout) => {
    const answer = trimAnswer(text);
    return answer === "" ? [] : [{ rollout, answer }];
  });
  if (said.length < fewestAnswers(config.rollouts.reward)) return [];
  const embeddings = await ports.encoder.embed(
    said.map(({ answer }) => answer),
    { signal },
  );
  const scores = rewards[config.rollouts.reward](pairWeights(embeddings), said.length);
  return said.map(({ rollout }, i) => ({ rollout, score: scores[i]! }));
}
