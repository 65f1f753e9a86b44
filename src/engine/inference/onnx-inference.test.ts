import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyInference } from "../../../tests/fixtures/tiny-inference";
import { tinyEncoder } from "../../../tests/fixtures/tiny-encoder";
import { MissingFileError } from "../encoder/files";
import { loadOnnxInference, type OnnxInferenceModel } from "./onnx-inference";

type Files = ReturnType<typeof tinyInference>;

const load = (contents: Files) =>
  loadOnnxInference({
    name: "tiny-nli",
    revision: null,
    files: {
      async read(file) {
        const content = contents.get(file);
        if (content === undefined) throw new MissingFileError(file);
        return typeof content === "string" ? new TextEncoder().encode(content) : content;
      },
    },
    place: "/models/tiny-nli",
    runtimeUrl: null,
  });

const RIGHT = "is right";
const WRONG = "is wrong";

let model: OnnxInferenceModel;
beforeAll(async () => (model = await load(tinyInference())));
afterAll(() => model.dispose());

const infer = async (premise: string, hypothesis: string) =>
  (await model.infer([{ premise, hypothesis }]))[0]!;

test("the probabilities are the softmax of the logits, by the names in config.json", async () => {
  // entailment 1, contradiction 2 + 2, neutral 1
  const total = Math.exp(1) + Math.exp(4) + Math.exp(1);
  const { contradiction, neutral, entailment } = await infer(RIGHT, WRONG);
  expect(contradiction).toBeCloseTo(Math.exp(4) / total, 6);
  expect(neutral).toBeCloseTo(Math.exp(1) / total, 6);
  expect(entailment).toBeCloseTo(Math.exp(1) / total, 6);
});

test("premise and hypothesis are told apart", async () => {
  const there = await infer(RIGHT, WRONG);
  const back = await infer(WRONG, RIGHT);
  expect(there.contradiction).toBeGreaterThan(0.9);
  expect(back.contradiction).toBeLessThan(0.05);
});

test("a pair's result is the same, bit for bit, whatever is judged beside it, and sums to 1", async () => {
  const pairs = [RIGHT, WRONG].flatMap((premise) =>
    [RIGHT, WRONG, "is"].map((hypothesis) => ({ premise, hypothesis })),
  );
  const together = await model.infer(pairs);
  for (const [i, pair] of pairs.entries()) {
    expect(together[i]).toEqual((await model.infer([pair]))[0]);
    const { contradiction, neutral, entailment } = together[i]!;
    expect(contradiction + neutral + entailment).toBeCloseTo(1, 12);
  }
});

test("a pair too long for the model is cut at its end", async () => {
  const whole = await infer("lying is is", "right");
  const cut = await infer("lying is is", "right right wrong");
  expect(cut).toEqual(await infer("lying is is", "right right"));
  expect(cut).not.toEqual(whole);
});

test("an abort ends it between pairs", async () => {
  const controller = new AbortController();
  const pairs = [RIGHT, WRONG, "is"].map((premise) => ({ premise, hypothesis: RIGHT }));
  const seen: number[] = [];
  const run = model.infer(pairs, {
    signal: controller.signal,
    onProgress(done) {
      seen.push(done);
      if (done === 2) controller.abort();
    },
  });
  await expect(run).rejects.toThrow("aborted");
  expect(seen).toEqual([1, 2]);
});

test("its revision is the checksum of its ONNX file", () => {
  expect(model.revision).toMatch(/^sha256:[0-9a-f]{16}$/);
});

test("a model with other labels is refused, naming those it has", async () => {
  await expect(load(tinyInference({ 0: "negative", 1: "positive" }))).rejects.toThrow(
    "its labels in config.json are negative, positive, not contradiction, neutral, entailment",
  );
});

test("a sentence encoder is refused, and a folder without a model names the file", async () => {
  await expect(load(tinyEncoder())).rejects.toThrow("its labels in config.json are none");
  const empty = tinyInference();
  empty.delete("onnx/model.onnx");
  await expect(load(empty)).rejects.toThrow("/models/tiny-nli has no onnx/model.onnx");
});
