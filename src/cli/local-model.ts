/** A model on this machine that is asked for texts: what it said before it was interrupted is taken from a file. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatRequest, requestKey } from "../core/chat/request";
import type { Sampling } from "../core/study/config";
import type { SeededPrompt } from "../core/study/ports";
import type { ModelFiles } from "../engine/gpt2/load";
import { answersNeed } from "../engine/out-of-memory";
import { loadTarget } from "../engine/target";
import { whileAsked } from "../engine/while-asked";
import { readAdapter } from "./adapter-folder";
import { startNamed } from "./backend";
import { readingInput } from "./errors";
import { interruptible } from "./interrupt";
import { ReplyFile } from "./reply-file";
import { openModel } from "./target";

export interface LocalSettings {
  readonly model: string;
  readonly adapter: string | undefined;
  readonly sampling: Sampling;
  readonly backend: string;
  /** The file that replies are kept in. */
  readonly cache: string;
}

export interface LocalPrompt extends SeededPrompt {
  /** Which sample of this prompt. */
  readonly sample: number;
  /** For messages: "wording 2 of question 7". */
  readonly name: string;
}

export class LocalModel {
  readonly name: string;
  /** The backend, and SHA-256 of the model's files and the adapter's. */
  readonly identity: string;
  readonly #policy: Awaited<ReturnType<typeof loadTarget>>;
  readonly #sampling: Sampling;
  readonly #replies: ReplyFile;
  readonly #signal: AbortSignal;

  private constructor(
    policy: Awaited<ReturnType<typeof loadTarget>>,
    identity: string,
    { sampling, cache }: LocalSettings,
    signal: AbortSignal,
  ) {
    this.name = policy.name;
    this.identity = identity;
    this.#policy = policy;
    this.#sampling = sampling;
    this.#replies = ReplyFile.open(cache);
    this.#signal = signal;
  }

  /** @throws UsageError for a model or an adapter that is none. Whoever opens it disposes of it. */
  static async open(settings: LocalSettings): Promise<LocalModel> {
    const signal = interruptible();
    const { model, adapter, backend } = settings;
    const files = await openModel(model);
    const weights = adapter === undefined ? null : await readAdapter(adapter);
    const identity = `${backend}:${await digestOf(files, adapter)}`;
    await startNamed(backend);
    const policy = await readingInput(() => loadTarget(files, null));
    try {
      if (weights) await readingInput(() => policy.useAdapter(weights));
      return new LocalModel(policy, identity, settings, signal);
    } catch (error) {
      policy.dispose();
      throw error;
    }
  }

  /**
   * A text to each prompt, block by block. What is computed together is part of what comes out to the last bit of a float, so a
   * block is made of the same prompts whenever it is asked, and taken from the cache whole.
   * @throws UsageError naming a prompt that is too long for the model, before any is asked.
   */
  async replies(
    blocks: readonly (readonly LocalPrompt[])[],
    onProgress: (done: number, total: number) => void,
  ): Promise<readonly string[]> {
    const all = blocks.flat();
    await readingInput(() => {
      for (const { prompt, name } of all) this.#policy.checkPrompt(prompt, this.#sampling, name);
    });
    const texts: string[] = [];
    for (const block of blocks) {
      texts.push(...(await this.#block(block)));
      onProgress(texts.length, all.length);
    }
    return texts;
  }

  dispose(): void {
    this.#policy.dispose();
  }

  async #block(block: readonly LocalPrompt[]): Promise<readonly string[]> {
    const requests = block.map((row) => this.#requestOf(row));
    const keys = requests.map(requestKey);
    const kept = await Promise.all(keys.map((key) => this.#replies.get(key)));
    if (kept.every((reply) => reply !== null)) return kept.map(({ text }) => text);
    const texts = await whileAsked(
      this.#policy,
      (signal) => this.#policy.generate(block, this.#sampling, { signal }),
      {
        signal: this.#signal,
        needs: (model) => answersNeed(model, block.length, this.#sampling.maxNewTokens),
      },
    );
    for (const [i, text] of texts.entries()) {
      const reply = { key: keys[i]!, request: requests[i]!, text, usage: null, response: "" };
      await this.#replies.put({ ...reply, at: Date.now(), payer: "" });
    }
    return texts;
  }

  /** A model on this machine is asked as one behind an API: all that decides its answer is in the request. */
  #requestOf({ prompt, seed, sample }: LocalPrompt): ChatRequest {
    const { temperature, topK, topP, maxNewTokens } = this.#sampling;
    return {
      baseUrl: this.identity,
      model: this.name,
      messages: [{ role: "user", content: prompt }],
      parameters: { temperature, topK, topP, maxNewTokens, seed },
      sample,
    };
  }
}

/** SHA-256 of the model's files and the adapter's: another model under the same name is another model. */
async function digestOf(files: ModelFiles, adapter: string | undefined): Promise<string> {
  const hash = createHash("sha256");
  for (const name of [...(files.names ?? [])].filter(isOfModel).sort()) {
    hash.update(`${name}\0`);
    for await (const piece of files.stream!(name)) hash.update(piece);
  }
  if (adapter !== undefined) {
    for (const name of ["adapter_config.json", "adapter_model.safetensors"]) {
      hash.update(`${name}\0`).update(await readFile(join(adapter, name)));
    }
  }
  return hash.digest("hex");
}

/** Config, weights and tokenizer; a README beside them changes no answer. */
const isOfModel = (name: string) => /\.(json|safetensors|onnx|txt)$/.test(name);
