/**
 * How near the engine comes to what a GPU allows at GPT-2 124M: the least time that its bytes and its products take at the
 * rates of a plain copy and a plain matrix product on the same device, over the time taken.
 */
import type { Bench } from "./bench";
import { PlainDevice } from "./device-rates";
import { GPT2_124M, loadPair, randomRows, randomSequences } from "./random-model";
import { inTurns, milliseconds, spread, type Spread, written } from "./rounds";
import { start } from "./start";
import { answers, loraSteps, ppoSteps } from "./steps";

const ROUNDS = 5;
/** What a run of few and a run of many take: their difference leaves out prompts and what is set up once. */
const TOKENS = { few: 8, many: 72 };
const STEPS = { few: 2, many: 10 };
const PROMPT = 128;
const [BATCH, LENGTH] = [4, 128];
const [QUESTION, ANSWER, EPOCHS] = [20, 64, 4];

const { layers, width, vocabulary } = GPT2_124M;
const BLOCKS = 12 * layers * width ** 2; // weights of c_attn, c_proj, c_fc and c_proj
const HEAD = width * vocabulary;

export const gpuBounds: Bench = {
  name: "gpu-bounds",
  about:
    "decode, LoRA step and PPO step at 124M, as shares of the device's bandwidth and arithmetic",
  quick: false,
  backends: ["webgpu"],
  async run(backend) {
    const device = await start(backend);
    const plain = new PlainDevice(device);
    const rates = await inTurns(ROUNDS, { copy: plain.copy, product: plain.product });
    const gigabytes = spread(rates.copy.map((ms) => plain.gigabytes(ms)));
    const gigaflops = spread(rates.product.map((ms) => plain.gigaflops(ms)));
    plain.dispose();
    // The best round is the limit: a GPU that was idle takes a while to reach its clock.
    const floor = (bytes: number, products: number) =>
      Math.max(bytes / gigabytes.max, products / gigaflops.max) / 1e6;

    const { model } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    const decoding = (rows: number) => {
      const prompts = randomRows(rows, PROMPT, vocabulary);
      return (tokens: number) => answers(model, prompts, tokens);
    };
    const sequences = randomSequences(BATCH, LENGTH, GPT2_124M);
    const [query, response] = randomRows(2, ANSWER, vocabulary);
    const rollout = { query: query!.slice(0, QUESTION), response: response! };

    const found = {
      "decode 1": measured(await each(TOKENS, decoding(1)), floor(...decodeCosts(1))),
      "decode 5": measured(await each(TOKENS, decoding(5)), floor(...decodeCosts(5))),
      "decode 40": measured(await each(TOKENS, decoding(40)), floor(...decodeCosts(40))),
      "LoRA step": measured(
        await each(STEPS, (steps) => loraSteps(model, sequences, steps)),
        floor(...loraCosts()),
      ),
      "PPO step": measured(
        await each(STEPS, (steps) => ppoSteps(model, rollout, steps)),
        floor(...ppoCosts()),
      ),
    };
    return {
      figures: { device, copyGBs: gigabytes, productGFLOPs: gigaflops, ...found },
      lines: [
        `${device}: copy ${written(gigabytes, 0)} GB/s, product ${written(gigaflops, 0)} GFLOP/s`,
        ...Object.entries(found).map(
          ([name, { ms, floorMs, share }]) =>
            `${name.padEnd(10)} ${written(ms, 2)} ms, at least ${floorMs.toFixed(2)} ms: ${(100 * share).toFixed(0)} %`,
        ),
      ],
    };
  },
};

/** [bytes, operations] of a token in so many rows: all weights once, and the keys and values of each row's text. */
function decodeCosts(rows: number): [number, number] {
  const cached = 2 * layers * width * (PROMPT + (TOKENS.few + TOKENS.many) / 2);
  return [4 * (BLOCKS + HEAD + rows * cached), 2 * rows * (BLOCKS + HEAD)];
}

/** [bytes, operations] of forward and backward; frozen weights need no gradient of their own. */
function loraCosts(): [number, number] {
  return [2 * 4 * (BLOCKS + HEAD), 4 * BATCH * LENGTH * (BLOCKS + HEAD)];
}

/** [bytes, operations]: policy and reference forward, then forward and backward each epoch; the head only for the answer. */
function ppoCosts(): [number, number] {
  const passes = 2 + 2 * EPOCHS;
  const products = (QUESTION + ANSWER) * BLOCKS + ANSWER * HEAD;
  return [passes * 4 * (BLOCKS + HEAD), passes * 2 * products];
}

/** Milliseconds of one more token or step. */
async function each(
  { few, many }: typeof TOKENS,
  work: (count: number) => Promise<unknown>,
): Promise<Spread> {
  await work(many);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const short = await milliseconds(() => work(few));
    times.push(((await milliseconds(() => work(many))) - short) / (many - few));
  }
  return spread(times);
}

function measured(ms: Spread, floorMs: number) {
  return { ms, floorMs, share: floorMs / ms.median };
}
