/** How long a decoded token keeps the host busy: its commands given again, against its kernels run anew. No figure of a GPU. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { Decoder } from "../../src/engine/generate/decoder";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import { Gpu } from "../../src/engine/webgpu/gpu";
import type { Bench } from "./bench";
import { loadPair, randomRows, type Shape } from "./random-model";
import { inTurns, ratio, spread, written } from "./rounds";
import { start } from "./start";

/** Narrow, so that a software GPU is soon done: what a token costs the host depends on its dispatches alone. */
const SHAPE: Shape = { layers: 12, heads: 2, width: 16, vocabulary: 64, positions: 128 };
const PROMPT = 4;
/** A round. */
const TOKENS = 8;
const ROUNDS = 5;

export const decodeHost: Bench = {
  name: "decode-host",
  about: "host time of a decoded token at 12 layers, commands replayed, against kernels run anew",
  quick: false,
  backends: ["webgpu"],
  async run(backend) {
    const device = await start(backend);
    const { model } = await loadPair(SHAPE, "3d");
    const decoders = {
      anew: await begun(model, { replay: false }),
      replayed: await begun(model, { replay: true }),
    };
    const times: Record<"anew" | "replayed", number[]> = { anew: [], replayed: [] };
    await inTurns(ROUNDS, {
      anew: async () => times.anew.push(await tokenMs(decoders.anew)),
      replayed: async () => times.replayed.push(await tokenMs(decoders.replayed)),
    });
    const [anew, replayed] = [times.anew.slice(1), times.replayed.slice(1)]; // without the warm-up
    const found = {
      hostMsPerToken: spread(replayed),
      anewHostMsPerToken: spread(anew),
      ratio: ratio(anew, replayed),
    };
    return {
      figures: found,
      lines: [
        `${SHAPE.layers} layers, 1 row, on ${device}: replayed ${written(found.hostMsPerToken, 2)} ms a token, anew ${written(found.anewHostMsPerToken, 2)} ms`,
        `ratio ${written(found.ratio)} ×`,
      ],
    };
  },
};

/** A decoder that has drawn two tokens: the second one is recorded. */
async function begun(model: Gpt2, { replay }: { replay: boolean }): Promise<Decoder> {
  const rows = randomRows(1, PROMPT, SHAPE.vocabulary).map((ids) => ({ ids, seed: 1 }));
  const settings = { temperature: 1, topK: 0, topP: 1 };
  const steps = 2 + TOKENS * (1 + ROUNDS);
  const decoder = new Decoder(model, rows, { settings, steps, adapterOff: false, replay });
  await decoder.start(async () => {});
  decoder.step();
  return decoder;
}

/**
 * Milliseconds that the host takes to queue a token's commands for an idle device, without handing them over, which with a
 * software GPU is the device's own work. Of some tokens the quickest: the device's threads take the processor from the host.
 */
async function tokenMs(decoder: Decoder): Promise<number> {
  const backend = tf.backend() as WebGPUBackend;
  const { queue } = backend;
  const gpu = new Gpu(backend);
  const submit = queue.submit.bind(queue);
  let submitting = 0;
  queue.submit = (commands) => {
    const start = performance.now();
    submit(commands);
    submitting += performance.now() - start;
  };
  let quickest = Infinity;
  for (let token = 0; token < TOKENS; token++) {
    await gpu.done();
    submitting = 0;
    const start = performance.now();
    decoder.step();
    quickest = Math.min(quickest, performance.now() - start - submitting);
  }
  queue.submit = submit;
  return quickest;
}
