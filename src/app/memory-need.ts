/** What a study of a model will need on this device, before it starts. */
import type { Corpus } from "../core/corpus/corpus";
import { type Gpt2Config, readGpt2Config } from "../core/gpt2/config";
import { largest } from "../core/largest";
import {
  DECODED_AT_ONCE,
  type MemoryEstimate,
  type MemoryLimits,
  type MemoryShape,
  type Shortage,
  estimateMemory,
  shortageOf,
} from "../core/models/memory";
import type { StudyConfig } from "../core/study/config";
import { type AtOnceSetting, answersAtOnce, atOnceSetting } from "../core/study/trainer";

/** What the page knows of the device before it starts one. */
export interface DeviceMemory {
  readonly backend: "WebGPU" | "WebAssembly";
  readonly limits: MemoryLimits;
}

export interface MemoryNeed {
  readonly estimate: MemoryEstimate;
  readonly shape: MemoryShape;
  readonly shortage: Shortage | null;
  /** The setting that decides how many sequences are trained on at once. */
  readonly setting: "sft.microBatch" | AtOnceSetting;
}

/** English has four characters a token and more; the estimate shall rather be too high. */
const CHARACTERS_PER_TOKEN = 3;
/** What WebAssembly can address. */
const WASM_HEAP = 2 ** 32;

/** Asks the browser for its GPU's limits; without a GPU, WebAssembly's. */
export async function deviceMemory(): Promise<DeviceMemory> {
  // The type says that it is always there.
  const gpu = navigator.gpu as GPU | undefined;
  const adapter = (await gpu?.requestAdapter().catch(() => null)) ?? null;
  if (adapter === null) {
    return { backend: "WebAssembly", limits: { buffer: null, total: WASM_HEAP } };
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const buffer = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return { backend: "WebGPU", limits: { buffer, total: null } };
}

/** The shape of the model that comes with the app. @param base  address that demo/ lies beside. */
export async function demoModel(base: string): Promise<Gpt2Config> {
  return readGpt2Config(await demoConfig(base));
}

/** The text of its config.json. */
export async function demoConfig(base: string): Promise<string> {
  const response = await fetch(new URL("demo/model/config.json", base));
  return response.text();
}

export function memoryNeed(
  model: Gpt2Config,
  config: StudyConfig,
  corpus: Corpus,
  { backend, limits }: DeviceMemory,
): MemoryNeed {
  const { sampling, sft, rollouts, adapter, prompt } = config;
  const fits = (tokens: number) => Math.min(model.positions, tokens);
  const texts = corpus.questions.flatMap(({ paraphrases }) => paraphrases);
  const promptLength = fits(tokensOf(prompt) + largest(texts.map(tokensOf)));
  const wordings = largest(corpus.questions.map(({ paraphrases }) => paraphrases.length));

  const fineTuning = {
    microBatch: Math.min(sft.microBatch, sft.batchSize),
    length: fits(promptLength + answerLength(config, corpus)),
  };
  const reinforcement = {
    microBatch: rollouts.enabled ? answersAtOnce(config, wordings) : 0,
    length: fits(promptLength + sampling.maxNewTokens),
  };
  const tokens = ({ microBatch, length }: typeof fineTuning) => microBatch * length;
  const isLarger = tokens(reinforcement) > tokens(fineTuning);
  const shape: MemoryShape = {
    model,
    adapter,
    training: isLarger ? reinforcement : fineTuning,
    decoding: {
      rows: Math.min(DECODED_AT_ONCE, texts.length),
      promptLength,
      maxNewTokens: sampling.maxNewTokens,
    },
    kernels: backend === "WebGPU" ? "fused" : threadsAllowed() ? "plain" : "simd",
  };
  return {
    estimate: estimateMemory(shape),
    shape,
    shortage: shortageOf(shape, limits),
    setting: isLarger ? atOnceSetting(rollouts.method) : "sft.microBatch",
  };
}

/** Whether wasm may start threads, which have their own products. */
const threadsAllowed = () => (globalThis.crossOriginIsolated as boolean | undefined) === true;

/** Of the longest answer to learn from, as far as it is known before it is given. */
function answerLength({ aligned }: StudyConfig, { questions }: Corpus): number {
  if (aligned.kind === "chat") return aligned.maxTokens;
  const answers = questions.flatMap(({ recorded }) => recorded ?? []);
  return largest(answers.map(({ text }) => tokensOf(text)));
}

const tokensOf = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
