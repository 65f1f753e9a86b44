/** What a decoded token, a LoRA step and a PPO step ask of the GPU at 12 layers; the same on every device. */
import * as tf from "@tensorflow/tfjs-core";
import { mulberry32 } from "../../src/core/random";
import { ValueHead } from "../../src/engine/ppo/value-head";
import type { Bench } from "./bench";
import { countGpu, type GpuCounts } from "./gpu-counters";
import { decodeConcatenating, sampling } from "./plain/decode";
import { PlainPpo } from "./plain/ppo";
import { PlainTrainer } from "./plain/train";
import { loadPair, type Pair, randomRows, randomSequences, type Shape } from "./random-model";
import { answers, LEARNING_RATE, loraSteps, ppoConfig, ppoSteps } from "./steps";
import { start } from "./start";

/** Narrow, for a software GPU: only the number of layers decides how much is dispatched. */
const SHAPE: Shape = { layers: 12, heads: 2, width: 16, vocabulary: 64, positions: 64 };
const PROMPT = 4;
const ROWS = 2;
/** What a run of few and a run of many make: their difference leaves out what is done once. */
const TOKENS = { few: 9, many: 17, plainFew: 2, plainMany: 3 };
const STEPS = { few: 1, many: 2, plainFew: 1, plainMany: 2 };

export const dispatches: Bench = {
  name: "dispatches",
  about:
    "dispatches, pipelines and read-backs of a token, a LoRA and a PPO step, against plain tfjs",
  quick: false,
  backends: ["webgpu"],
  async run(backend) {
    const device = await start(backend);
    const pair = await loadPair(SHAPE, "3d");
    const found = {
      decode: await decode(pair),
      loraStep: await loraStep(pair),
      ppoStep: await ppoStep(pair),
    };
    const lines = Object.entries(found).map(
      ([
        name,
        { dispatches, bindGroups, pipelinesAfterWarmUp, readbacks, bytesWritten, plainDispatches },
      ]) =>
        `${name.padEnd(9)} ${dispatches} dispatches, ${bindGroups} bind groups made, ${readbacks} read-backs, ${bytesWritten} bytes written, ` +
        `${pipelinesAfterWarmUp} pipelines after warm-up; plain ${plainDispatches} dispatches, ${(plainDispatches / dispatches).toFixed(1)} ×`,
    );
    const figures = Object.fromEntries(
      Object.entries(found).map(
        ([name, { dispatches, pipelinesAfterWarmUp, readbacks, plainDispatches }]) => [
          name,
          { dispatches, pipelinesAfterWarmUp, readbacks, plainDispatches },
        ],
      ),
    );
    return { figures, lines: [`${SHAPE.layers} layers on ${device}`, ...lines] };
  },
};

function decode({ model, plain }: Pair) {
  const prompts = randomRows(ROWS, PROMPT, SHAPE.vocabulary);
  return compare(
    TOKENS,
    async (tokens) => void (await answers(model, prompts, tokens)),
    async (tokens) =>
      void (await decodeConcatenating(plain, prompts, tokens, sampling(mulberry32(1)))),
  );
}

function loraStep({ model, plain }: Pair) {
  const sequences = randomSequences(2, PROMPT, SHAPE);
  return compare(
    STEPS,
    async (steps) => void (await loraSteps(model, sequences, steps)),
    async (steps) => {
      const trainer = new PlainTrainer(plain, plain.adapter.variables, LEARNING_RATE);
      for (let step = 0; step < steps; step++) await trainer.step(sequences);
      trainer.dispose();
    },
  );
}

function ppoStep({ model, plain }: Pair) {
  const [query, response] = randomRows(2, PROMPT, SHAPE.vocabulary);
  const rollout = { query: query!, response: response! };
  return compare(
    STEPS,
    async (steps) => void (await ppoSteps(model, rollout, steps)),
    async (steps) => {
      const fresh = ValueHead.fresh(SHAPE.width, 1).parameters();
      const [weight, bias] = fresh.map(({ variable }) => variable) as [tf.Variable, tf.Variable];
      const ppo = new PlainPpo(plain, { weight, bias }, plain.adapter.variables, ppoConfig);
      for (let step = 0; step < steps; step++) await ppo.step(rollout, 1);
      ppo.dispose();
      tf.dispose([weight, bias]);
    },
  );
}

/**
 * Per token or step; pipelines are all that were made after each length had run once. Plain tfjs dispatches the same
 * before and after its warm-up, so it is spared one.
 */
async function compare(
  { few, many, plainFew, plainMany }: typeof TOKENS,
  ours: (count: number) => Promise<void>,
  plain: (count: number) => Promise<void>,
) {
  await ours(few);
  await ours(many);
  const [short, long] = [await countGpu(() => ours(few)), await countGpu(() => ours(many))];
  const each = (name: keyof GpuCounts) => (long[name] - short[name]) / (many - few);
  const [less, more] = [
    await countGpu(() => plain(plainFew)),
    await countGpu(() => plain(plainMany)),
  ];
  return {
    dispatches: each("dispatches"),
    pipelinesAfterWarmUp: short.pipelines + long.pipelines,
    readbacks: each("readbacks"),
    bytesWritten: each("bytesWritten"),
    bindGroups: each("bindGroups"),
    plainDispatches: (more.dispatches - less.dispatches) / (plainMany - plainFew),
  };
}
