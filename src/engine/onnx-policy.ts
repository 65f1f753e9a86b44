/** A target in ONNX, run by transformers.js: it answers, in any architecture that the library knows, and can't be trained. */
import type { LogitsProcessorList, TextGenerationPipeline } from "@xenova/transformers";
import { messageOf } from "../core/message-of";
import {
  type OnnxConfig,
  onnxFiles,
  onnxWeights,
  readOnnxConfig,
} from "../core/models/onnx-layout";
import type { ModelOrigin } from "../core/models/origin";
import { type Random, stream } from "../core/random";
import type { Sampling } from "../core/study/config";
import type { Hooks } from "../core/study/hooks";
import type { Policy, SeededPrompt } from "../core/study/ports";
import { withBundle } from "./encoder/onnx-runtime";
import { yieldTo } from "./encoder/yield-to";
import { checkSettings, sampleToken, tokenDistribution } from "./generate/sampler";
import type { ModelFiles } from "./gpt2/load";
import type { Continuation } from "./policy";

type Transformers = typeof import("@xenova/transformers");

/** What the library may know of a model's own way to generate: the study's settings decide everything else. */
const SPECIAL_TOKENS = ["bos_token_id", "eos_token_id", "pad_token_id"];

interface Opened {
  readonly generator: TextGenerationPipeline;
  readonly transformers: Transformers;
}

/** Holds a session of the ONNX runtime: `dispose` closes it. */
export class OnnxPolicy implements Policy {
  readonly name: string;
  readonly origin: ModelOrigin | null;
  readonly #opened: Opened;
  readonly #config: OnnxConfig;

  constructor(files: ModelFiles, config: OnnxConfig, opened: Opened) {
    this.name = files.name;
    this.origin = files.origin ?? null;
    this.#opened = opened;
    this.#config = config;
  }

  async generate(
    prompts: readonly SeededPrompt[],
    sampling: Sampling,
    hooks: Hooks,
  ): Promise<readonly string[]> {
    return (await this.continue(prompts, sampling, hooks)).map(({ text }) => text);
  }

  /**
   * As `generate`, with the tokens. One prompt at a time on one thread, so that an answer depends on no other and on no machine's
   * number of cores. Tokens are drawn as those of the app's own engine are: by generate/sampler.ts, from the prompt's own
   * stream. The library's random numbers, and the way to sample in a model's generation_config.json, are not used.
   */
  async continue(
    prompts: readonly SeededPrompt[],
    sampling: Sampling,
    { signal, onProgress }: Hooks,
  ): Promise<readonly Continuation[]> {
    checkSettings(sampling);
    const { generator } = this.#opened;
    const continuations: Continuation[] = [];
    for (const { prompt, seed } of prompts) {
      await yieldTo(signal);
      const drawn: number[] = [];
      const [output] = await generator(prompt, {
        max_new_tokens: sampling.maxNewTokens,
        do_sample: false, // the processor leaves one token to choose
        return_full_text: false,
        tokenizer_encode_kwargs: { truncation: false },
        logits_processor: this.#drawing(sampling, stream(seed, "sample"), drawn),
      });
      const stopped = drawn.length < sampling.maxNewTokens || this.#isEnd(drawn.at(-1)!);
      const ids = drawn.filter((id) => !this.#isEnd(id));
      continuations.push({ text: output!.generated_text, ids, stopped });
      onProgress?.(continuations.length, prompts.length);
    }
    return continuations;
  }

  checkPrompt(prompt: string, { maxNewTokens }: Sampling, name: string): void {
    const { positions } = this.#config;
    const length = this.#lengthOf(prompt);
    if (positions === null || length + maxNewTokens <= positions) return;
    throw new RangeError(
      `${name}: a prompt of ${length} tokens and an answer of ${maxNewTokens} do not fit the ${positions} positions of ` +
        `${this.name}; shorten it, take a model with more positions or lower sampling.maxNewTokens`,
    );
  }

  checkAdapter(): never {
    throw refuseTraining(this.name);
  }

  async useAdapter(weights: object | null): Promise<void> {
    if (weights !== null) throw refuseTraining(this.name);
  }

  async startSft(): Promise<never> {
    throw refuseTraining(this.name);
  }

  async startRollouts(): Promise<never> {
    throw refuseTraining(this.name);
  }

  dispose(): void {
    void this.#opened.generator.dispose();
  }

  #lengthOf(prompt: string): number {
    const { tokenizer } = this.#opened.generator;
    // The pipeline's own rule, which is not in the library's types.
    const { add_bos_token, add_eos_token } = tokenizer as unknown as Record<string, unknown>;
    const add_special_tokens = Boolean(add_bos_token || add_eos_token);
    return tokenizer.encode(prompt, { add_special_tokens }).length;
  }

  #isEnd(id: number): boolean {
    const own = this.#opened.generator.model.generation_config?.eos_token_id;
    const { eos_token_id } = this.#opened.generator.model.config as { eos_token_id?: unknown };
    return [own ?? eos_token_id].flat().includes(id);
  }

  #drawing(sampling: Sampling, random: Random, drawn: number[]): LogitsProcessorList {
    const { LogitsProcessor, LogitsProcessorList } = this.#opened.transformers;
    class Draw extends LogitsProcessor {
      override _call(_ids: bigint[][], logits: { readonly data: unknown }) {
        const row = logits.data as Float32Array;
        const token = sampleToken(tokenDistribution(row, sampling), random);
        row.fill(-Infinity);
        row[token] = 0;
        drawn.push(token);
        return logits;
      }
    }
    const list = new LogitsProcessorList();
    list.push(new Draw());
    return list;
  }
}

function refuseTraining(name: string): RangeError {
  return new RangeError(
    `${name} is in ONNX: it answers and is scored, but it takes no adapter and can't be trained; set cycles.max to 0, or take a ` +
      "GPT-2 in safetensors",
  );
}

/**
 * Loads a model in ONNX. Texts are computed on one thread, by WebAssembly in a browser and natively in Node.
 * @param runtimeUrl  absolute folder of ONNX's WebAssembly runtime, ending in "/"; null in Node.
 * @throws RangeError naming what is missing; Error saying why the library can't run it as a language model.
 */
export async function loadOnnxPolicy(
  files: ModelFiles,
  runtimeUrl: string | null,
): Promise<OnnxPolicy> {
  const names = files.names ?? new Set();
  const wanted = onnxFiles(names, files.name);
  const bundle = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of wanted) bundle.set(name, Uint8Array.from(await files.read(name)));
  const config = readOnnxConfig(new TextDecoder().decode(bundle.get("config.json")));
  const own = bundle.get("generation_config.json");
  if (own) bundle.set("generation_config.json", onlySpecialTokens(own));

  const opened = await withBundle(bundle, runtimeUrl, async (transformers, id) => {
    try {
      const generator = await transformers.pipeline("text-generation", id, {
        device: runtimeUrl === null ? "cpu" : "wasm",
        dtype: onnxWeights(names)!.dtype,
        session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
      });
      return { generator, transformers };
    } catch (cause) {
      const reason = messageOf(cause);
      throw new Error(
        `${files.name} (${config.modelType}) can't be run as a language model in ONNX: ${reason}`,
        { cause },
      );
    }
  });
  return new OnnxPolicy(files, config, opened);
}

function onlySpecialTokens(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(bytes);
  let own: Record<string, unknown>;
  try {
    own = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new SyntaxError(`generation_config.json is not JSON: ${messageOf(cause)}`, { cause });
  }
  const kept = SPECIAL_TOKENS.filter((key) => key in own).map((key) => [key, own[key]]);
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(kept)));
}
