/** Whether one tape over GPT-2 124M fits the memory at the batch that the engine trains with. */
import type { Bench } from "./bench";
import { PlainTrainer } from "./plain/train";
import { GPT2_124M, loadPair, randomSequences } from "./random-model";
import { milliseconds } from "./rounds";
import { start, wasmHeapMB } from "./start";
import { LEARNING_RATE } from "./steps";

export const BATCH = 4;
export const LENGTH = 128;

export const plainLora124m: Bench = {
  name: "plain-lora-124m",
  about: "one LoRA step of plain tfjs at 124M, batch 4 × 128: an error where it does not fit",
  quick: false,
  backends: ["wasm", "webgpu"],
  async run(backend) {
    const device = await start(backend);
    const { plain } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    const trainer = new PlainTrainer(plain, plain.adapter.variables, LEARNING_RATE);
    const sequences = randomSequences(BATCH, LENGTH, GPT2_124M);
    const ms = await milliseconds(() => trainer.step(sequences));
    const heapMB = wasmHeapMB();
    return {
      figures: { ms, heapMB },
      lines: [`${device}`, `${(ms / 1000).toFixed(1)} s, heap ${heapMB} MB`],
    };
  },
};
