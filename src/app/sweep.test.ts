import { expect, test } from "vitest";
import type { AdapterWeights } from "../core/adapter/peft";
import { resolveConfig } from "../core/study/presets";
import type { SweepPoint } from "../core/study/sweep-point";
import { type CallContext, connect, serve } from "../protocol/rpc";
import type { StudyContract, SweepParams, SweepProgress } from "../protocol/study";
import { Device } from "./device.svelte";
import type { EvaluatedModel } from "./evaluated-models";
import { SweepState } from "./sweep.svelte";

const question = (id: number) => ({
  ...{ id, text: `question ${id}`, topic: null, recorded: null },
  paraphrases: ["a", "b", "c"].map((wording) => `${wording} ${id}`),
});
const corpus = { name: "c", questions: [1, 2, 3, 4].map(question), recordedModel: null };
const config = resolveConfig({ preset: "recommended" });
const model = (role: EvaluatedModel["role"], corpusId = "c") =>
  ({
    ...{ key: `r~${role}~1`, role, cycle: 1, control: null },
    run: { id: "r", config, corpusId, corpusName: corpusId },
    scores: [{ id: 2 }, { id: 4 }],
  }) as unknown as EvaluatedModel;
const adapter: AdapterWeights = { config: config.adapter, baseModel: "m", tensors: [] };
const point: SweepPoint = { temperature: 0, mean: 1, interval: null, n: 2, betweenQuestions: null };

type Handler = (
  params: SweepParams,
  context: CallContext<SweepProgress>,
) => Promise<readonly SweepPoint[]>;

/** A sweep whose worker answers over a real port, as given. */
function sweepWith(handler: Handler, kept: AdapterWeights | null = adapter) {
  const device = new Device(
    () => {
      const { port1, port2 } = new MessageChannel();
      serve<Pick<StudyContract, "start" | "sweep">>(port2, {
        start: async () => ({ backend: "cpu", description: "test", reasons: [] }),
        sweep: handler,
      });
      return { client: connect<StudyContract>(port1), terminate: () => port1.close() };
    },
    { demoModel: "", encoder: "", wasm: "", onnx: "" },
  );
  return new SweepState(
    device,
    (id) => (id === "c" ? corpus : null),
    async ({ role }) => (role === "baseline" ? null : kept),
  );
}

test("a model's held-out questions are asked with its adapter, and the figures come as they are measured", async () => {
  const asked: SweepParams[] = [];
  let told = 0;
  const sweep = sweepWith(async (params, { progress }) => {
    asked.push(params);
    progress({ done: 6, total: 24, points: [point] });
    told++;
    return [point, { ...point, temperature: 1 }];
  });
  expect(sweep.answersOf(model("lora"))).toBe(2 * 3 * 4);
  const running = sweep.run(model("lora"));
  expect(sweep.running).toBe(true);
  await running;
  expect(told).toBe(1);
  expect(asked[0]!.questions.map(({ id }) => id)).toEqual([2, 4]);
  expect(asked[0]!.adapter).toEqual(adapter);
  expect(sweep.running).toBe(false);
  const status = sweep.statuses["r~lora~1"];
  expect(status).toMatchObject({ kind: "done", points: [{ temperature: 0 }, { temperature: 1 }] });
});

test("the baseline is asked without an adapter; what can't be asked says why", async () => {
  const asked: SweepParams[] = [];
  const sweep = sweepWith(async (params) => (asked.push(params), [point]), null);
  await sweep.run(model("baseline"));
  expect(asked[0]!.adapter).toBeNull();
  await sweep.run(model("ppo"));
  expect(sweep.statuses["r~ppo~1"]).toEqual({
    kind: "failed",
    message: "its adapter is not kept in this browser, so it can't be asked again",
  });
  await sweep.run(model("lora", "gone"));
  expect(sweep.statuses["r~lora~1"]).toMatchObject({
    message: 'the corpus "gone" is no longer here; import it again first',
  });
  expect(sweep.answersOf(model("lora", "gone"))).toBeNull();
  expect(asked).toHaveLength(1);
});

test("a sweep that is stopped leaves nothing behind, and one at a time is run", async () => {
  let calls = 0;
  const sweep = sweepWith(async (_, { signal }) => {
    calls++;
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason as Error)),
    );
  });
  const running = sweep.run(model("lora"));
  await sweep.run(model("ppo"));
  expect(Object.keys(sweep.statuses)).toEqual(["r~lora~1"]);
  await expect.poll(() => calls).toBe(1);
  sweep.cancel();
  await running;
  expect(sweep.statuses).toEqual({});
});
