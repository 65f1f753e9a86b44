/** All that the study does with its model, at GPT-2 124M's shape: does it run, and how long does it take? */
import type { Bench } from "./bench";
import { GPT2_124M, loadPair, randomRows, randomSequences } from "./random-model";
import { milliseconds } from "./rounds";
import { start, wasmHeapMB } from "./start";
import { answers, loraSteps, ppoSteps } from "./steps";

const PARAPHRASES = 5;
const [QUESTION, ANSWER] = [20, 64]; // tokens
const [BATCH, LENGTH, STEPS] = [4, 128, 3];

export const gpt2124m: Bench = {
  name: "gpt2-124m",
  about: "loads 124M by shape, answers 5 paraphrases, makes 3 LoRA steps and 1 PPO step",
  quick: false,
  backends: ["wasm", "webgpu"],
  async run(backend) {
    const device = await start(backend);
    const began = performance.now();
    const { model } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    const loadMs = performance.now() - began;

    const questions = randomRows(PARAPHRASES, QUESTION, GPT2_124M.vocabulary);
    const answered: (readonly number[])[] = [];
    const answerMs = await milliseconds(async () => {
      answered.push(...(await answers(model, questions, ANSWER)).map(({ ids }) => ids));
    });
    const losses: number[] = [];
    const loraMs = await milliseconds(async () => {
      losses.push(...(await loraSteps(model, randomSequences(BATCH, LENGTH, GPT2_124M), STEPS)));
    });
    const rollout = { query: questions[0]!, response: answered[0]! };
    const entropies: number[] = [];
    const ppoMs = await milliseconds(async () => {
      entropies.push(...(await ppoSteps(model, rollout, 1)));
    });
    for (const number of [...losses, ...entropies]) {
      if (!Number.isFinite(number)) throw new Error(`a step gave ${number}`);
    }
    const heapMB = wasmHeapMB();
    const tokens = answered.flat().length;
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    return {
      figures: { loadMs, answerMs, tokens, loraMs, losses, ppoMs, heapMB },
      lines: [
        `${device}, heap ${heapMB ?? "?"} MB in the end`,
        `made and loaded              ${seconds(loadMs)}`,
        `${PARAPHRASES} answers of ${ANSWER} tokens       ${seconds(answerMs)}, ${((1000 * tokens) / answerMs).toFixed(1)} tokens/s`,
        `${STEPS} LoRA steps of ${BATCH} × ${LENGTH}      ${seconds(loraMs)}, losses ${losses.map((x) => x.toFixed(3)).join(", ")}`,
        `1 PPO step, ${QUESTION} + ${ANSWER} tokens   ${seconds(ppoMs)}, 4 epochs`,
      ],
    };
  },
};
