/** Pays sampled answers by the study's reward: the same for every method that learns from samples. */
import { trimAnswer } from "../answers/prompt";
import type { Question, QuestionId } from "../corpus/corpus";
import type { RankedAnswer } from "../dpo/pairs";
import type { SampledGroup } from "../health/sample";
import { deriveSeed } from "../random";
import { countWordings } from "../rewards/graph";
import { meanVector, sameness } from "../rewards/guards";
import { fewestWordings, payGroup } from "../rewards/rewards";
import { pairWeights } from "../sage/similarity";
import type { Run } from "./context";
import type { ExamplesByQuestion } from "./examples";

/** One question's sampled answers and their pay. Empty answers have no meaning to compare: they are not in here. */
export interface PaidGroup extends SampledGroup {
  /** As many as `scores`: none where too few wordings were answered to pay any. */
  readonly rollouts: readonly RankedAnswer[];
}

export class Payer {
  readonly #run: Run;
  readonly #kept: ExamplesByQuestion;
  readonly #aligned = new Map<QuestionId, readonly Float32Array[]>();
  /** The mean vector of each question's latest answers. */
  readonly #latest = new Map<QuestionId, Float32Array>();

  /**
   * @param kept    aligned answers that passed the selection, by question: what the reward `blend` is anchored to.
   * @param latest  where it goes on: `latest` of the payer before it.
   */
  constructor(kept: ExamplesByQuestion, run: Run, latest: Payer["latest"] = []) {
    this.#kept = kept;
    this.#run = run;
    for (const [id, mean] of latest) this.#latest.set(id, mean);
  }

  /** The mean vector of each question's latest answers, in the order in which the questions first came. */
  get latest(): Iterable<readonly [QuestionId, Float32Array]> {
    return this.#latest;
  }

  /**
   * @param sampled  as the policy wrote them: all wordings in order, then all of them again for each further sample.
   * @param purpose  of the seed by which answers are matched to tuples.
   */
  async pay(
    question: Question,
    sampled: readonly string[],
    purpose: readonly (string | number)[],
  ): Promise<PaidGroup> {
    const { config, ports, signal } = this.#run;
    const said = sampled.flatMap((text, rollout) => {
      const answer = trimAnswer(text);
      const wording = rollout % question.paraphrases.length;
      return answer === "" ? [] : [{ rollout, answer, wording }];
    });
    const texts = said.map(({ answer }) => answer);
    const wordings = said.map(({ wording }) => wording);
    const embeddings = await ports.encoder.embed(texts, { signal });
    const elsewhere = [...this.#latest].flatMap(([id, mean]) => (id === question.id ? [] : [mean]));
    const group = {
      texts,
      wordings,
      embeddings,
      aligned: await this.#alignedOf(question.id),
      elsewhere,
      seed: deriveSeed(config.seed, ...purpose, "pay", question.id),
    };
    const enough = countWordings(group) >= fewestWordings(config.rollouts.reward, config.reward);
    const payments = enough ? payGroup(config.rollouts.reward, group, config.reward) : [];
    if (embeddings.length > 0) this.#latest.set(question.id, meanVector(embeddings));
    return {
      questionId: question.id,
      texts,
      scores: payments.map(({ score }) => score),
      rollouts: payments.map(({ score }, i) => {
        const { rollout, wording } = said[i]!;
        return { rollout, wording, score };
      }),
      within: meanOf(pairWeights(embeddings)),
      between: meanOf(embeddings.flatMap((vector) => sameness(vector, elsewhere) ?? [])),
    };
  }

  /** Encoded once a question, and only for a reward that looks at them. */
  async #alignedOf(id: QuestionId): Promise<readonly Float32Array[]> {
    const { config, ports, signal } = this.#run;
    if (config.rollouts.reward !== "blend" || config.reward.anchorWeight === 0) return [];
    const known = this.#aligned.get(id);
    if (known) return known;
    const texts = (this.#kept.get(id) ?? []).map(({ answer }) => answer);
    const vectors = await ports.encoder.embed(
      texts.filter((text) => text.trim() !== ""),
      { signal },
    );
    this.#aligned.set(id, vectors);
    return vectors;
  }
}

function meanOf(x: readonly number[]): number | null {
  return x.length === 0 ? null : x.reduce((a, b) => a + b) / x.length;
}
