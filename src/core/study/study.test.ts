import fc from "fast-check";
import { expect, test } from "vitest";
import type { AdapterWeights } from "../adapter/peft";
import type { Answer, AnswerSet } from "../answers/answer";
import type { Corpus, Question } from "../corpus/corpus";
import type { StudyReport } from "../format/report";
import { reportMarkdown } from "../format/report-markdown";
import { nothingTrained } from "../ppo/statistics";
import type { StudyConfigInput } from "./config";
import type { StudyEvent } from "./events";
import type { StudyPorts, TrainingExample } from "./ports";
import { resolveConfig } from "./presets";
import { runStudy } from "./study";
import type { LargestStep, PreferencePair, ScoredRollout } from "./trainer";

/** Says one of two things: "yes" for the first `agreeing` wordings of a question, "no" for the others. */
const answersOf = (prompts: number, agreeing: number) =>
  Array.from({ length: prompts }, (_, i) => (i % 5 < agreeing ? "yes" : "no"));

const question = (id: number): Question => ({
  id,
  text: `question ${id}`,
  topic: null,
  paraphrases: Array.from({ length: 5 }, (_, i) => `wording ${i} of ${id}`),
  recorded: null,
});

const corpusOf = (count: number): Corpus => ({
  name: "toy",
  questions: Array.from({ length: count }, (_, i) => question(i + 1)),
  recordedModel: null,
});

/** A world in which training helps by a set amount: every call is written down. */
class ToyWorld {
  readonly trainedOn: TrainingExample[][] = [];
  readonly paid: (readonly ScoredRollout[])[] = [];
  readonly preferred: (readonly PreferencePair[])[] = [];
  readonly asked: string[] = [];
  readonly saved: AnswerSet[] = [];
  readonly adapters: string[] = [];
  sessionsOpen = 0;
  reports: StudyReport[] = [];
  #agreeing = 3;
  readonly #afterLora: number;
  readonly #afterPpo: number;

  constructor({ afterLora = 4, afterPpo = 5 } = {}) {
    this.#afterLora = afterLora;
    this.#afterPpo = afterPpo;
  }

  readonly weights: AdapterWeights = {
    config: resolveConfig({ preset: "recommended" }).adapter,
    baseModel: "toy",
    tensors: [],
  };

  readonly ports: StudyPorts = {
    policy: {
      name: "toy",
      generate: async (prompts) => {
        this.asked.push(...prompts.map(({ prompt }) => prompt));
        return answersOf(prompts.length, this.#agreeing);
      },
      checkPrompt: () => {},
      checkAdapter: () => {},
      useAdapter: async (weights) => {
        this.#agreeing = weights === null ? 3 : this.#afterLora;
      },
      startSft: async (examples) => {
        this.trainedOn.push([...examples]);
        return {
          note: null,
          step: async () => ({
            ...{ step: 1, totalSteps: 1, loss: 1, learningRate: 1, gradientNorm: 1, tokens: 1 },
          }),
          snapshot: async () => ({ step: 1, state: null, tensors: {} }),
          end: async () => {
            this.#agreeing = this.#afterLora;
            return this.weights;
          },
        };
      },
      startRollouts: async () => {
        this.sessionsOpen++;
        return {
          note: null,
          rollout: async (prompts) => answersOf(prompts.length, this.#agreeing),
          step: async ({ answers, pairs }) => {
            this.paid.push(answers);
            this.preferred.push(pairs);
            const nothing = nothingTrained("a toy learns nothing", answers.length, 0.2, 1e-4);
            return { ...nothing, skippedResponses: 0 };
          },
          snapshot: async () => ({ step: this.paid.length, state: null, tensors: {} }),
          end: async () => {
            this.sessionsOpen--;
            this.#agreeing = this.#afterPpo;
            return this.weights;
          },
        };
      },
    },
    aligned: {
      name: "aligned",
      answer: async (requests) =>
        requests.map(({ questionId, paraphrase }): Answer => ({
          questionId,
          paraphrase,
          text: "yes",
          ruleOfThumb: null,
        })),
    },
    encoder: {
      name: "letters",
      revision: "1",
      embed: async (texts) =>
        texts.map((text) => Float32Array.from(text === "yes" ? [1, 0] : [0, 1])),
    },
    store: {
      saveAnswers: async (set) => void this.saved.push(set),
      loadAnswers: async () => null,
      saveAdapter: async (cycle, role) => void this.adapters.push(`${role} ${cycle}`),
      loadAdapter: async () => null,
      saveCheckpoint: async () => {},
      loadCheckpoint: async () => null,
      saveReport: async (report) => void this.reports.push(report),
    },
  };
}

const small: StudyConfigInput = {
  preset: "recommended",
  questions: { evaluation: 4, alwaysEvaluate: [2] },
};
const quiet = { signal: new AbortController().signal, report: () => {} };

async function run(
  world: ToyWorld,
  input: StudyConfigInput = small,
  questions = 10,
  report: (event: StudyEvent) => void = quiet.report,
) {
  return runStudy(resolveConfig(input), corpusOf(questions), world.ports, { ...quiet, report });
}

test("a study goes from the baseline through LoRA and PPO to a report that keeps the best model", async () => {
  const world = new ToyWorld();
  const report = await run(world);
  expect(report.models.map(({ name }) => name)).toEqual(["baseline", "lora", "ppo", "aligned"]);
  const means = report.models.map(({ mean }) => mean!);
  expect(means[0]).toBeLessThan(means[1]!);
  expect(means[2]).toBe(1);
  expect(report.best).toEqual({ name: "ppo", cycle: 1 });
  expect(world.reports).toEqual([report]);
  expect(world.adapters).toEqual(["lora 1", "ppo 1"]);
  expect(world.sessionsOpen).toBe(0);
});

test("no held-out question is ever trained on, whatever the seed, the sizes and the cycles", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (seed, evaluation, max) => {
        const world = new ToyWorld();
        const report = await run(world, {
          preset: "recommended",
          seed,
          questions: { evaluation, alwaysEvaluate: [2], perCycle: 2 },
          cycles: { max, patience: 3 },
        });
        const heldOut = new Set(
          report.questions.filter(({ split }) => split === "evaluation").map(({ id }) => id),
        );
        expect(heldOut.size).toBe(evaluation);
        expect(heldOut).toContain(2);
        for (const { prompt } of world.trainedOn.flat()) {
          expect(heldOut).not.toContain(Number(/wording \d of (\d+)/.exec(prompt)![1]));
        }
        for (const { id } of report.selection) expect(heldOut).not.toContain(id);
      },
    ),
    { numRuns: 30 },
  );
});

test("LoRA learns the aligned answers of the questions that passed, and those of earlier cycles", async () => {
  const world = new ToyWorld({ afterLora: 4, afterPpo: 4 });
  await run(world, {
    ...small,
    questions: { evaluation: 4, perCycle: 2 },
    cycles: { max: 2, patience: 2 },
  });
  expect(world.trainedOn.map(({ length }) => length)).toEqual([10, 20]);
  expect(world.trainedOn[0]?.[0]).toMatchObject({ answer: "yes" });
  expect(world.trainedOn[0]?.[0]?.prompt).toMatch(/^Question: wording 0 of \d+\nAnswer:$/);
});

test("where nothing passes the selection the cycle says so and nothing is trained", async () => {
  const world = new ToyWorld();
  world.ports.aligned.answer = async (requests) =>
    requests.map(({ questionId, paraphrase }) => ({
      questionId,
      paraphrase,
      text: paraphrase < 3 ? "yes" : "no",
      ruleOfThumb: null,
    }));
  const report = await run(world);
  expect(world.trainedOn).toEqual([]);
  expect(report.cycles[0]?.reason).toMatch(/Lower the threshold/);
  expect(report.best).toEqual({ name: "baseline", cycle: 0 });
});

test("training that does not help leaves the baseline as the best model and ends at the plateau", async () => {
  const world = new ToyWorld({ afterLora: 3, afterPpo: 3 });
  const report = await run(world, { ...small, cycles: { max: 5, patience: 2 } });
  expect(report.best.name).toBe("baseline");
  expect(report.cycles).toHaveLength(2);
});

test("the recommended preset pays each answer in one batch, the published one each answer alone with its group's SaGE", async () => {
  const recommended = new ToyWorld({ afterLora: 4 });
  await run(recommended, { ...small, rollouts: { passes: 1 } });
  expect(recommended.paid).toHaveLength(6);
  expect(recommended.paid[0]!.map(({ score }) => score)).toEqual([0.75, 0.75, 0.75, 0.75, 0]);

  const published = new ToyWorld({ afterLora: 4 });
  await run(published, { ...small, preset: "report", rollouts: { passes: 1 } });
  expect(published.paid).toHaveLength(30);
  const group = published.paid.slice(0, 5).map((batch) => batch[0]!);
  expect(group.map(({ rollout }) => rollout)).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(group.map(({ score }) => score)).size).toBe(1);
});

test("an empty answer is left out of the score and of n", async () => {
  const world = new ToyWorld();
  world.ports.policy.generate = async (prompts) =>
    prompts.map((_, i) => (i % 5 === 0 ? " " : "yes"));
  const scores: StudyEvent[] = [];
  await runStudy(resolveConfig(small), corpusOf(10), world.ports, {
    signal: quiet.signal,
    report: (event) => void (event.kind === "scores" && scores.push(event)),
  });
  const [first] = scores;
  const [score] = first?.kind === "scores" ? first.scores : [];
  expect(score).toMatchObject({ n: 4, answered: [1, 2, 3, 4], sage: 1 });
});

test("an empty rollout is not paid and is counted; where too few are left nothing is learned", async () => {
  const world = new ToyWorld();
  const startRollouts = world.ports.policy.startRollouts.bind(world.ports.policy);
  let asked = 0;
  world.ports.policy.startRollouts = async (settings) => ({
    ...(await startRollouts(settings)),
    rollout: async () =>
      asked++ === 0 ? ["yes", "", "yes", "yes", "yes"] : ["yes", " ", "", "", "\n"],
  });
  const report = await run(world, { ...small, rollouts: { passes: 1 } });
  expect(world.paid.map((batch) => batch.map(({ rollout }) => rollout))).toEqual([[0, 2, 3, 4]]);
  expect(report.cycles[0]?.skippedAnswers).toBe(1 + 5 * 5);
});

test("what the device made a training do otherwise is said once, where the training begins", async () => {
  const world = new ToyWorld();
  const { policy } = world.ports;
  const startSft = policy.startSft.bind(policy);
  const startRollouts = policy.startRollouts.bind(policy);
  const largest: LargestStep[] = [];
  policy.startSft = async (...given) => ({
    ...(await startSft(...given)),
    note: "Fine-tuning is cut.",
  });
  policy.startRollouts = async (...given) => {
    largest.push(given[0].largest);
    return { ...(await startRollouts(...given)), note: "PPO is cut." };
  };
  const said: string[] = [];
  const config = resolveConfig({ ...small, cycles: { max: 1, atLeast: 1 } });
  await runStudy(config, corpusOf(10), world.ports, {
    ...quiet,
    report: (event) => {
      if (event.kind === "phase") said.push(event.phase.kind);
      if (event.kind === "note") said.push(event.sentence);
    },
  });
  expect(said.filter((word) => word.endsWith("cut."))).toEqual([
    "Fine-tuning is cut.",
    "PPO is cut.",
  ]);
  expect(said[said.indexOf("Fine-tuning is cut.") - 1]).toBe("lora");
  expect(said[said.indexOf("PPO is cut.") - 1]).toBe("ppo");
  expect(largest).toHaveLength(1);
  expect(largest[0]).toMatchObject({ sequences: 5, scored: 5, answers: [] });
  expect(largest[0]!.prompts[0]).toContain("Question:");
});

test("what a device cannot do at once is said once, however often answers are written", async () => {
  const world = new ToyWorld();
  const { policy } = world.ports;
  const generate = policy.generate.bind(policy);
  let asked = 0;
  policy.generate = (prompts, sampling, hooks) => {
    asked++;
    hooks.onNote?.("16 are written at a time.");
    return generate(prompts, sampling, hooks);
  };
  const notes: string[] = [];
  const report = (event: StudyEvent) => event.kind === "note" && notes.push(event.sentence);
  await runStudy(resolveConfig(small), corpusOf(10), world.ports, { ...quiet, report });
  expect(asked).toBeGreaterThan(3);
  expect(notes).toEqual(["16 are written at a time."]);
});

test("rules of thumb do not move a study's scores: the target has none to mix in", async () => {
  const plain = await run(new ToyWorld());
  const world = new ToyWorld();
  const answer = world.ports.aligned.answer.bind(world.ports.aligned);
  world.ports.aligned.answer = async (requests, hooks) =>
    (await answer(requests, hooks)).map((one, i) => ({
      ...one,
      ruleOfThumb: i % 2 === 0 ? "yes" : "no",
    }));
  expect((await run(world)).models).toEqual(plain.models);
});

test("a question drawn again counts once in training, and its latest decision holds", async () => {
  const world = new ToyWorld({ afterLora: 4, afterPpo: 4 });
  const report = await run(world, { ...small, cycles: { max: 3, patience: 3 } });
  expect(world.trainedOn.map(({ length }) => length)).toEqual([30, 30, 30]);
  expect(report.selection.map(({ cycle }) => cycle)).toEqual(
    [1, 2, 3].flatMap((c) => Array(6).fill(c) as number[]),
  );
});

test("a question that shares a wording with a held-out one is left out, and the report says so", async () => {
  const world = new ToyWorld();
  const corpus = corpusOf(10);
  const twin = { ...question(99), paraphrases: [" WORDING 0  of 2", "b", "c", "d", "e"] };
  const report = await runStudy(
    resolveConfig(small),
    { ...corpus, questions: [...corpus.questions, twin] },
    world.ports,
    quiet,
  );
  expect([report.corpus.leftOut, report.questions.map(({ id }) => id)].flat()).toContain(99);
  for (const { prompt } of world.trainedOn.flat()) expect(prompt).not.toMatch(/WORDING 0/);
});

test.each([
  [
    { evaluation: 10 },
    "questions.evaluation: 10 of the 10 questions of toy are held out and none is left",
  ],
  [
    { evaluation: 11 },
    "questions.evaluation must be a whole number from 0 to the corpus's 10, got 11",
  ],
  [{ alwaysEvaluate: [77] }, "questions.alwaysEvaluate: question 77 is not in the corpus"],
])(
  "settings that do not fit the corpus are refused before anything is asked: %j",
  async (questions, message) => {
    const world = new ToyWorld();
    await expect(
      run(world, { preset: "recommended", questions: { evaluation: 4, ...questions } }),
    ).rejects.toThrow(message);
    expect([world.asked, world.saved]).toEqual([[], []]);
  },
);

test("cancelling in PPO ends the session and keeps what was saved before", async () => {
  const world = new ToyWorld();
  const controller = new AbortController();
  const study = runStudy(resolveConfig(small), corpusOf(10), world.ports, {
    signal: controller.signal,
    report: ({ kind }) => kind === "ppo-step" && controller.abort(),
  });
  await expect(study).rejects.toMatchObject({ name: "AbortError" });
  expect(world.sessionsOpen).toBe(0);
  expect(world.adapters).toEqual(["lora 1"]);
  expect(world.reports).toEqual([]);
});

test("a policy that gives one answer to every question is told of in an event and in the report", async () => {
  const world = new ToyWorld();
  const startRollouts = world.ports.policy.startRollouts.bind(world.ports.policy);
  world.ports.policy.startRollouts = async (settings) => ({
    ...(await startRollouts(settings)),
    rollout: async (prompts) => prompts.map(() => "yes"),
  });
  const told: string[] = [];
  const report = await runStudy(resolveConfig(small), corpusOf(10), world.ports, {
    signal: quiet.signal,
    report: (event) =>
      void (
        event.kind === "ppo-step" && told.push(...(event.findings ?? []).map(({ kind }) => kind))
      ),
  });
  expect(told).toEqual(["constant-answer", "zero-spread"]);
  expect(report.cycles[0]?.health?.map(({ kind }) => kind)).toEqual(told);
  expect(reportMarkdown(report)).toContain("Change `reward.samenessPenalty` first.");
});

test("K samples a wording are paid in one batch, each with a seed of its own", async () => {
  const world = new ToyWorld({ afterLora: 4 });
  const seeds: number[] = [];
  const startRollouts = world.ports.policy.startRollouts.bind(world.ports.policy);
  world.ports.policy.startRollouts = async (settings) => {
    const session = await startRollouts(settings);
    return {
      ...session,
      rollout: async (prompts, hooks) => {
        seeds.push(...prompts.map(({ seed }) => seed));
        return session.rollout(prompts, hooks);
      },
    };
  };
  const rollouts = { passes: 1, samples: 2, reward: "tuple-sage" } as const;
  await run(world, { ...small, rollouts });
  expect(new Set(seeds).size).toBe(6 * 10);
  expect(world.paid).toHaveLength(6);
  expect(world.paid[0]!.map(({ rollout }) => rollout)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("the blend is anchored to the aligned answers that passed, and to other questions' answers", async () => {
  const world = new ToyWorld({ afterLora: 4 });
  const reward = { anchorWeight: 0.5, samenessPenalty: 1, lengthPenalty: 0 };
  await run(world, { ...small, rollouts: { passes: 1, reward: "blend" }, reward });
  const scores = world.paid.map((batch) => batch.map(({ score }) => score));
  // aligned is "yes": the four that say so get ½·0.75 + ½·1, the fifth 0; later less the likeness to the others
  expect(scores[0]).toBeAllClose([0.875, 0.875, 0.875, 0.875, 0]);
  expect(scores[1]).toBeAllClose([0.075, 0.075, 0.075, 0.075, -0.2], { atol: 1e-6 });
});

test("RLOO and GRPO compare a question's answers, or with K samples those to each wording", async () => {
  const groups = async (input: Partial<StudyConfigInput>) => {
    const world = new ToyWorld({ afterLora: 4 });
    await run(world, { ...small, ...input });
    expect(world.paid).toHaveLength(6);
    return world.paid[0]!.map(({ group }) => group);
  };
  const rollouts = { passes: 1, method: "grpo" } as const;
  expect(await groups({ rollouts })).toEqual([0, 0, 0, 0, 0]);
  const wording = { rollouts: { ...rollouts, samples: 2 }, grpo: { group: "wording" } } as const;
  expect(await groups(wording)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
  // the published preset asks for one answer a batch, which has nothing to be compared with
  expect(await groups({ preset: "report", rollouts: { passes: 1, method: "rloo" } })).toHaveLength(
    5,
  );
});

test("DPO prefers the question's best answer over each other wording's worst, put to that wording", async () => {
  const world = new ToyWorld({ afterLora: 4 });
  await run(world, { ...small, rollouts: { passes: 1, method: "dpo" } });
  expect(world.preferred).toHaveLength(6);
  const [[pair, ...others] = []] = world.preferred;
  expect(others).toEqual([]); // four say "yes" and are paid alike
  expect(pair).toMatchObject({ chosen: { rollout: 0 }, rejected: { rollout: 4 } });
  expect(pair?.prompt).toMatch(/^Question: wording 4 of \d+\nAnswer:$/);
});

test("DPO learns from the feedback list: the target's answers over the aligned model's, wording by wording", async () => {
  const world = new ToyWorld({ afterLora: 4 });
  world.ports.aligned.answer = async (requests) =>
    requests.map(({ questionId, paraphrase }) => ({
      ...{ questionId, paraphrase, ruleOfThumb: null },
      text: Number(questionId) % 2 === 1 || paraphrase % 2 === 0 ? "yes" : "no",
    }));
  const dpo = { ...small, rollouts: { passes: 1, method: "dpo" as const } };
  const announced: (readonly number[] | undefined)[] = [];
  const listen = (event: StudyEvent) =>
    event.kind === "phase" &&
    event.phase.kind === "ppo" &&
    announced.push(event.phase.feedbackPairs);
  const { selection } = await run(world, dpo, 10, listen);
  const feedback = selection.filter(({ decision }) => decision === "feedback").map(({ id }) => id);
  expect(feedback.length).toBeGreaterThan(0);
  const texts = world.preferred.flat().filter(({ chosen }) => "text" in chosen);
  expect(texts.length).toBe(feedback.length * 2); // of five wordings the two give the same answer to three
  expect(texts).toContainEqual({
    prompt: `Question: wording 1 of ${feedback[0]}\nAnswer:`,
    chosen: { text: "yes" },
    rejected: { text: "no" },
  });
  const ofSteps = world.preferred.map(
    (pairs) => pairs.filter(({ chosen }) => "text" in chosen).length,
  );
  expect(announced).toEqual([ofSteps]); // before the first step, what each is to learn from

  const without = new ToyWorld({ afterLora: 4 });
  without.ports.aligned.answer = (requests, hooks) => world.ports.aligned.answer(requests, hooks);
  announced.length = 0;
  await run(without, { ...dpo, dpo: { feedbackPairs: false } }, 10, listen);
  expect(announced).toEqual([undefined]);
  expect(without.preferred.flat().filter(({ chosen }) => "text" in chosen)).toEqual([]);
});

test("comparing within a wording of which there is one answer is refused before anything is asked", async () => {
  for (const method of ["rloo", "grpo", "dpo"] as const) {
    const world = new ToyWorld();
    const wording = { group: "wording" } as const;
    const setting = { rloo: wording, grpo: wording, dpo: { pairs: "wording" } } as const;
    await expect(run(world, { ...small, ...setting, rollouts: { method } })).rejects.toThrow(
      "rollouts.samples asks for 1; set it to 2 or more",
    );
    expect(world.asked).toEqual([]);
  }
});

test("a wording that a question has twice asks for a second sample, and what the answers cost is told", async () => {
  const world = new ToyWorld();
  const answer = world.ports.aligned.answer.bind(world.ports.aligned);
  const asked: string[] = [];
  const cost = { estimated: 0, promptTokens: 9, completionTokens: 1, cost: null };
  const aligned = {
    ...world.ports.aligned,
    spending: () => ({ ...cost, replies: asked.length }),
    answer: async (...[requests, hooks]: Parameters<typeof answer>) => {
      asked.push(...requests.map(({ question, sample }) => `${question} ${sample}`));
      return answer(requests, hooks);
    },
  };
  const corpus = corpusOf(10);
  const questions = corpus.questions.map((one) => ({
    ...one,
    paraphrases: one.paraphrases.with(3, one.paraphrases[0]!),
  }));
  const events: StudyEvent[] = [];
  const context = { ...quiet, report: (event: StudyEvent) => void events.push(event) };
  await runStudy(resolveConfig(small), { ...corpus, questions }, { ...world.ports, aligned }, context); // prettier-ignore
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.filter((request) => request.endsWith(" 1"))).toHaveLength(asked.length / 5);
  const told = events.flatMap((event) => (event.kind === "spending" ? event.spending.replies : []));
  expect(told.at(-1)).toBe(asked.length);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

/** Figures of a run and what its model was paid, with what it said to the pinned questions. */
async function pinnedRun(input: Partial<StudyConfigInput>, world = new ToyWorld()) {
  const moments: Extract<StudyEvent, { kind: "pinned" }>[] = [];
  const report = await runStudy(resolveConfig({ ...small, ...input }), corpusOf(10), world.ports, {
    signal: quiet.signal,
    report: (event) => void (event.kind === "pinned" && moments.push(event)),
  });
  return { moments, figures: { ...report, config: null }, paid: world.paid };
}

test("the pinned questions are asked before training and at evenly spread steps, and the figures are those of a run without", async () => {
  const rollouts = { passes: 2, maxSteps: 8 };
  const { moments, ...pinned } = await pinnedRun({ rollouts, pinned: { times: 4 } });
  expect(moments.map(({ phase, step }) => `${phase} ${step}`)).toEqual([
    ...["lora 0", "lora 1"], // the toy's LoRA takes one step
    ...["ppo 2", "ppo 4", "ppo 6", "ppo 8"],
  ]);
  for (const { answers } of moments) expect(answers).toHaveLength(3);
  const { moments: none, ...without } = await pinnedRun({ rollouts, pinned: { times: 0 } });
  expect(none).toEqual([]);
  expect(pinned).toEqual(without);
});

test("pinned questions are the first held-out ones, or those that are named, each by the seed of its evaluation", async () => {
  const world = new ToyWorld();
  const generate = world.ports.policy.generate.bind(world.ports.policy);
  const evaluated: Parameters<typeof generate>[0][number][] = [];
  const asked: typeof evaluated = [];
  world.ports.policy.generate = async (prompts, ...rest) => {
    (prompts.length === 3 ? asked : evaluated).push(...prompts);
    return generate(prompts, ...rest);
  };
  const { moments } = await pinnedRun({}, world);
  const heldOut = evaluated.slice(0, 20); // the baseline's answers to 4 questions, 5 wordings each
  expect(asked.slice(0, 3)).toEqual([heldOut[0], heldOut[5], heldOut[10]]);
  expect(moments[0]?.answers.map(({ questionId }) => `question ${questionId}`)).toHaveLength(3);

  const named = await pinnedRun({ pinned: { questions: [7, 2] } });
  expect(named.moments[0]?.answers.map(({ questionId }) => questionId)).toEqual([7, 2]);
  await expect(pinnedRun({ pinned: { questions: [77] } })).rejects.toThrow(
    "pinned.questions: question 77 is not in the corpus; take it out, or name another id",
  );
});

test("a rollout phase that ends before all its steps asks the pinned questions at its end", async () => {
  const world = new ToyWorld();
  const startRollouts = world.ports.policy.startRollouts.bind(world.ports.policy);
  let visits = 0;
  world.ports.policy.startRollouts = async (settings) => ({
    ...(await startRollouts(settings)),
    rollout: async (prompts) => prompts.map(() => (visits++ < 5 ? "yes" : "")), // one question answers
  });
  const stepsAsked = async (times: number) => {
    visits = 0;
    const { moments } = await pinnedRun({ rollouts: { passes: 1 }, pinned: { times } }, world);
    return moments.filter(({ phase }) => phase === "ppo").map(({ step }) => step);
  };
  expect(await stepsAsked(1)).toEqual([1]);
  expect(await stepsAsked(6)).toEqual([1]); // a moment already, and not asked again at the end
});
