/** A LoRA step of GPT-2 124M against the same step by plain tfjs. */
import { spawnSync } from "node:child_process";
import type { BackendKind } from "../../src/engine/backend";
import type { Bench } from "./bench";
import { BATCH, LENGTH, plainLora124m } from "./plain-lora-124m";
import { PlainTrainer } from "./plain/train";
import { GPT2_124M, loadPair, randomSequences } from "./random-model";
import { inTurns, ratio, spread, written } from "./rounds";
import { start, wasmHeapMB } from "./start";
import { LEARNING_RATE, loraSteps } from "./steps";

const ROUNDS = 3;
export const lora124m: Bench = {
  name: "lora-124m",
  about: "a LoRA step at 124M, batch 4 × 128, against plain tfjs (one tape, one batch)",
  quick: false,
  backends: ["wasm", "webgpu"],
  async run(backend) {
    const plainFits = fits(backend);
    const device = await start(backend);
    const { model, plain } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    const whole = randomSequences(BATCH, LENGTH, GPT2_124M);
    const full = await inTurns(ROUNDS, { ours: () => loraSteps(model, whole, 1) });
    const heapMB = wasmHeapMB(); // before the plain one makes it grow

    const compared = plainFits ? whole : whole.slice(0, 1);
    const trainer = new PlainTrainer(plain, plain.adapter.variables, LEARNING_RATE);
    const times = await inTurns(ROUNDS, {
      ours: () => loraSteps(model, compared, 1),
      plain: () => trainer.step(compared),
    });
    const [ms, plainMs, times4] = [spread(times.ours), spread(times.plain), spread(full.ours)];
    const faster = ratio(times.plain, times.ours);
    const figures = {
      ...{ msPerStep: ms.median, plainMsPerStep: plainMs.median, ratio: faster.median, heapMB },
      comparedAt: `batch ${compared.length} × ${LENGTH}`,
      msPerFullStep: times4.median,
      spread: { msPerStep: ms, plainMsPerStep: plainMs, ratio: faster, msPerFullStep: times4 },
    };
    const lines = [
      `batch ${BATCH} × ${LENGTH} on ${device}: ${written(times4, 0)} ms a step, heap ${heapMB} MB`,
      `plain tfjs at that batch: ${plainFits ? "fits" : "runs out of memory"}`,
      `at ${figures.comparedAt}: ${written(ms, 0)} ms against ${written(plainMs, 0)} ms`,
      `ratio ${written(faster)} ×`,
    ];
    return { figures, lines };
  },
};

/** Tried in a process of its own: wasm's memory is damaged when it runs out. */
function fits(backend: BackendKind): boolean {
  const args = [process.argv[1]!, "--only", plainLora124m.name, "--backend", backend, "--json"];
  return spawnSync(process.execPath, args, { stdio: "ignore" }).status === 0;
}
