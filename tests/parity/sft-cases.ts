/** Runs of supervised fine-tuning: `sft_runs` of gpt2_lora.json. */
import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import type { AdapterWeights } from "../../src/core/adapter/peft";
import { SftConfig } from "../../src/core/sft/config";
import { countTargets, type LabelledSequence, padBatch } from "../../src/core/sft/labels";
import { importAdapter } from "../../src/engine/adapter/attach";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import { summedCrossEntropy } from "../../src/engine/sft/loss";
import type { SftStep } from "../../src/core/study/trainer";
import { trainSft } from "../fixtures/train-sft";
import { targetStates } from "../../src/engine/training/backward";
import { type CaseResult, compare, flatten, type FolderReader, type Nested } from "./case";
import { loadGoldenModel, readGoldenAdapter } from "./gpt2-cases";

type NamedTensors = Readonly<Record<string, Nested>>;

interface Golden {
  readonly forward: {
    readonly input_ids: number[][];
    readonly attention_mask: number[][];
    readonly labels: number[][];
  };
  readonly sft_runs: Readonly<Record<string, SftRun>>;
}

interface SftRun {
  readonly wd: number;
  readonly lr: number;
  readonly clip: number | null;
  readonly linear: boolean;
  readonly opt: "AdamW" | "Adam";
  /** Where in the file the adapter's first values are: keys joined by dots. */
  readonly start: string;
  readonly steps: { lr: number; loss: number; grad_norm_before_clip: number }[];
  readonly loss_after: number;
  readonly final_lora: NamedTensors;
}

const EXACT = { rtol: 1e-12 };
const LOSS = { rtol: 1e-4 };
const GRADIENT_NORM = { rtol: 1e-3 };

export async function* sftCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  const golden = JSON.parse(await dir.text("gpt2_lora.json")) as Golden;
  const file = await readGoldenAdapter(dir);
  const model = await loadGoldenModel(dir);
  try {
    for (const [name, run] of Object.entries(golden.sft_runs)) {
      yield* runCases(model, adapterAt(golden, run.start, file), golden.forward, name, run);
    }
  } finally {
    model.dispose();
  }
}

async function* runCases(
  model: Gpt2,
  start: AdapterWeights,
  forward: Golden["forward"],
  name: string,
  run: SftRun,
): AsyncGenerator<CaseResult> {
  const adapter = importAdapter(model, start);
  model.adapter = adapter;
  const parameters = adapter.variables();
  const examples = examplesOf(forward);
  const steps: SftStep[] = [];
  try {
    await trainSft(model, parameters, examples, {
      config: configOf(run, examples.length),
      seed: 0, // one batch holds every example, so their order does not matter
      signal: new AbortController().signal,
      onStep: (step) => steps.push(step),
    });
    const each = (of: (step: SftStep) => number) => steps.map(of);
    const expected = (of: (step: SftRun["steps"][number]) => number) => run.steps.map(of);
    yield compare(
      `sft ${name}: learning rates`,
      each((step) => step.learningRate),
      expected((step) => step.lr),
      EXACT,
    );
    yield compare(
      `sft ${name}: losses`,
      each((step) => step.loss),
      expected((step) => step.loss),
      LOSS,
    );
    yield compare(
      `sft ${name}: gradient norms`,
      each((step) => step.gradientNorm),
      expected((step) => step.grad_norm_before_clip),
      GRADIENT_NORM,
    );
    yield compare(
      `sft ${name}: loss after`,
      [await meanLoss(model, examples)],
      [run.loss_after],
      LOSS,
    );
    for (const [parameter, values] of Object.entries(run.final_lora)) {
      const variable = parameters.find((one) => one.name === parameter)?.variable;
      if (variable === undefined) throw new RangeError(`the adapter has no ${parameter}`);
      const reached = { atol: 0.02 * run.lr * run.steps.length };
      yield compare(`sft ${name}: ${parameter}`, await variable.data(), flatten(values), reached);
    }
  } finally {
    model.adapter = null;
    adapter.dispose();
  }
}

function configOf(run: SftRun, examples: number): SftConfig {
  return v.parse(SftConfig, {
    steps: run.steps.length,
    batchSize: examples,
    microBatch: examples,
    learningRate: run.lr,
    weightDecay: run.wd,
    optimiser: run.opt === "AdamW" ? "adamw" : "adam",
    maxGradNorm: run.clip,
    schedule: run.linear ? "linear" : "constant",
  });
}

/** The batch's rows without their padding. */
function examplesOf({ input_ids, attention_mask, labels }: Golden["forward"]): LabelledSequence[] {
  return input_ids.map((row, i) => {
    const real = <T>(_: T, t: number) => attention_mask[i]![t] === 1;
    return { ids: row.filter(real), labels: labels[i]!.filter(real) };
  });
}

async function meanLoss(model: Gpt2, examples: readonly LabelledSequence[]): Promise<number> {
  const batch = padBatch(examples, model.config.endOfText);
  const loss = tf.tidy(() => summedCrossEntropy(model, targetStates(model, batch), batch));
  const [sum] = await loss.data();
  loss.dispose();
  return sum! / examples.reduce((n, example) => n + countTargets(example), 0);
}

function adapterAt(golden: Golden, path: string, file: AdapterWeights): AdapterWeights {
  const found = path
    .split(".")
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], golden);
  if (found === undefined) throw new RangeError(`gpt2_lora.json has no ${path}`);
  const values = found as NamedTensors;
  const tensors = file.tensors.map((tensor) => ({
    ...tensor,
    data: Float32Array.from(flatten(values[tensor.name]!)),
  }));
  return { ...file, tensors };
}
