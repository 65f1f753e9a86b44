import { expect, test } from "vitest";
import { resolveConfig } from "../core/study/presets";
import type { QuestionScore } from "../core/study/scoring";
import { RemoteError } from "../protocol/rpc";
import type { RemeasureParams } from "../protocol/study";
import type { EvaluatedModel } from "./evaluated-models";
import { RemeasureState } from "./remeasure.svelte";

const config = resolveConfig({ preset: "recommended" });
const corpus = {
  ...{ name: "toy", recordedModel: null },
  questions: [1, 2].map((id) => ({
    ...{ id, text: `${id}`, topic: null, recorded: null, paraphrases: ["a", "b"] },
  })),
};
const model = (role: "baseline" | "lora" | "aligned") =>
  ({
    ...{ key: role, role, cycle: 0, control: null },
    run: { id: "r", corpusId: "c", corpusName: "toy", config },
    scores: [{ id: 1 }],
  }) as unknown as EvaluatedModel;
const answers = [{ questionId: 1, paraphrase: 0, text: "yes", ruleOfThumb: null }];
const contradictionRate = { value: 0.25, n: 4, reason: null };
const wordingEffect = { value: 0.1, n: 2, reason: null };
const result = {
  ...{ measures: {}, inference: null },
  scores: [{ id: 1, measures: { contradictionRate, wordingEffect } }],
};

function world(call: (params: RemeasureParams) => Promise<unknown>) {
  let ended = 0;
  const device = {
    start: async () => ({ client: { call: (_: string, params: RemeasureParams) => call(params) } }),
    end: () => void ended++,
  } as unknown as ConstructorParameters<typeof RemeasureState>[0];
  const state = new RemeasureState(device, {
    corpusOf: () => corpus,
    adapterOf: async () => null,
    answersOf: async (_, { role }) => (role === "aligned" ? null : answers),
  });
  return { state, ended: () => ended };
}

test("the held-out questions and their stored answers are sent, and each result is kept beside the other", async () => {
  const sent: RemeasureParams[] = [];
  const { state } = world(async (params) => (sent.push(params), result));
  await state.run(model("baseline"), "again");
  expect(sent[0]).toMatchObject({ answers, again: { adapter: null } });
  expect(sent[0]!.questions.map(({ id }) => id)).toEqual([1]);
  expect(sent[0]).not.toHaveProperty("inference");
  state.chooseHub(" lab/nli ", "https://hub");
  await state.run(model("baseline"), "contradictions");
  expect(sent[1]).toMatchObject({
    inference: { kind: "hub", model: "lab/nli", host: "https://hub" },
  });
  expect(sent[1]).not.toHaveProperty("again");
  expect(state.statusOf(model("baseline"))).toEqual({
    ...{ working: null, problem: null },
    done: { again: result, contradictions: result },
  });
});

test("a question's score is shown with what was measured since, of that model alone", async () => {
  const { state } = world(async () => result);
  const key = "r~baseline~0";
  state.chooseHub("lab/nli", "https://hub");
  await state.run({ ...model("baseline"), key }, "contradictions");
  const unknown = { value: null, n: 0, reason: "not given" };
  const before = {
    id: 1,
    n: 2,
    measures: { contradictionRate: unknown },
  } as unknown as QuestionScore;
  const set = { cycle: 0, role: "baseline", split: "evaluation" } as const;
  expect(state.withMeasured("r", set, before).measures).toEqual({ contradictionRate });
  expect(state.withMeasured("other", set, before)).toBe(before);
  expect(state.withMeasured("r", { ...set, role: "aligned" }, before)).toBe(before);
  expect(state.withMeasured("r", { ...set, split: "train" }, before)).toBe(before);
  expect(state.withMeasured("r", set, { ...before, id: 2 }).measures).toEqual(before.measures);
});

test("what is missing is said, and nothing is asked", async () => {
  const { state } = world(() => Promise.reject(new Error("asked")));
  const problem = async (
    role: "baseline" | "lora" | "aligned",
    what: "again" | "contradictions",
  ) => {
    await state.run(model(role), what);
    return state.statusOf(model(role)).problem;
  };
  expect(await problem("baseline", "contradictions")).toContain("choose a model of inference");
  expect(await problem("lora", "again")).toContain("its adapter is not kept");
  expect(await problem("aligned", "contradictions")).toContain("its answers are not kept");
  state.chooseHub("", "https://hub");
  expect(state.inference).toBeNull();
});

test("a failure is told and can be tried again; a worker that broke or has no memory left is ended; a cancel leaves no trace", async () => {
  for (const code of ["WorkerFailed", "HeapFullError"]) {
    const broken = world(() => Promise.reject(new RemoteError({ message: "broke", code })));
    await broken.state.run(model("baseline"), "again");
    expect(broken.state.statusOf(model("baseline"))).toMatchObject({
      problem: "broke",
      working: null,
    });
    expect(broken.ended()).toBe(1);
  }

  const { state, ended } = world(async () => {
    state.cancel();
    throw new Error("cancelled");
  });
  await state.run(model("baseline"), "again");
  expect(state.statusOf(model("baseline"))).toMatchObject({
    problem: null,
    working: null,
    done: {},
  });
  expect(state.running).toBe(false);
  expect(ended()).toBe(0);
});
