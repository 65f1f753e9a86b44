/** Answers of a model behind an API, for `answer`: paid for once, from the cache where they are there. */
import { writeFileSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import * as v from "valibot";
import { chatModel } from "../clients/chat";
import { readBatchBody } from "../clients/chat/batch-body";
import { testConnection } from "../clients/chat/connection";
import { ApiError } from "../clients/chat/errors";
import type { Answer } from "../core/answers/answer";
import { type BatchResult, batchFiles, readBatch } from "../core/chat/batch";
import { requestsFor } from "../core/chat/corpus-requests";
import { estimateCost, estimateText, spendingText } from "../core/chat/cost";
import { requestKey } from "../core/chat/request";
import { AlignedConfig, PAYING } from "../core/study/config";
import type { AlignedRequest } from "../core/study/ports";
import { apiKeyOf } from "./aligned";
import { realNumber, wholeNumber } from "./command";
import { UsageError, readingInput } from "./errors";
import { interruptible } from "./interrupt";
import { progressLine } from "./progress-line";
import { ReplyFile } from "./reply-file";

type ChatConfig = Extract<AlignedConfig, { kind: "chat" }>;

/** The words of the command line, as `parseArgs` gives them. */
export type ApiWords = Readonly<Record<string, string | undefined>>;

/** @throws UsageError or a ValiError that names the option's field. */
export function apiConfig(words: ApiWords): ChatConfig {
  const model = words["api-model"];
  if (model === undefined) throw new UsageError("--api-model ID is missing. See --help.");
  const numbers = {
    temperature: real("temperature"),
    maxTokens: whole("max-tokens"),
    requestsAtOnce: whole("requests-at-once"),
    timeoutSeconds: real("timeout"),
    inputPrice: real("input-price"),
    outputPrice: real("output-price"),
    budget: real("budget"),
    tokenBudget: whole("token-budget"),
  };
  const { prompt } = words;
  return v.parse(AlignedConfig, {
    kind: "chat",
    baseUrl: words["api"],
    model,
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
    ...(prompt !== undefined && { instruction: prompt }),
  }) as ChatConfig;

  function real(name: string): number | undefined {
    const text = words[name];
    return text === undefined ? undefined : realNumber(`--${name}`, text);
  }
  function whole(name: string): number | undefined {
    const text = words[name];
    return text === undefined ? undefined : wholeNumber(`--${name}`, text);
  }
}

/** What decides an answer of the API; its prices, pace and budget do not. */
export function apiSettings(config: ChatConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !PAYING.has(name)));
}

/** What is asked, and what of it is in the cache. */
export class ApiAnswers {
  readonly #config: ChatConfig;
  readonly #wordings: readonly AlignedRequest[];
  readonly #replies: ReplyFile;

  constructor(config: ChatConfig, wordings: readonly AlignedRequest[], cache: string) {
    this.#config = config;
    this.#wordings = wordings;
    this.#replies = ReplyFile.open(cache);
  }

  /** The most that is still to be paid, in words. */
  estimate(): string {
    return estimateText(estimateCost(this.#requests(), this.#missing(), this.#config));
  }

  /** Writes what is not in the cache as files for the Batch API. @returns their names; none where nothing is missing. */
  exportBatch(path: string): string[] {
    const files = batchFiles(this.#missing());
    return files.map((text, i) => {
      const name = files.length === 1 ? path : `${path}.${i + 1}`;
      writeFileSync(name, text, { flag: "wx" });
      return name;
    });
  }

  /** Takes a batch's results into the cache; what is there already stays. */
  async importBatch(path: string): Promise<BatchResult> {
    const text = await readingInput(() => readFileSync(path, "utf8"));
    const byKey = new Map(this.#requests().map((request) => [requestKey(request), request]));
    const result = readBatch(text, byKey, readBatchBody, Date.now());
    for (const reply of result.replies) {
      if (!this.#replies.has(reply.key)) await this.#replies.put(reply);
    }
    for (const { line, reason } of result.failed) {
      process.stderr.write(`${basename(path)}, line ${line}: ${reason}\n`);
    }
    return result;
  }

  /** All answers. @throws ApiError or BudgetError; what was answered is in the cache then. */
  async ask(payer: string): Promise<readonly Answer[]> {
    const options = { replies: this.#replies, payer: resolve(payer) };
    const model = await chatModel(this.#config, apiKeyOf(), options);
    const line = progressLine(`${this.#config.model} answers`);
    try {
      return await model.answer(this.#wordings, {
        signal: interruptible(),
        onProgress: (done, total) => {
          line.note(spendingText(model.spending!()));
          line.update(done, total);
        },
      });
    } finally {
      line.end();
    }
  }

  #requests() {
    return requestsFor(this.#wordings, this.#config);
  }

  #missing() {
    return this.#replies.missing(this.#requests());
  }
}

/** Says on stdout that the API can be asked. @throws ApiError saying what to mend, if it can't. */
export async function reportConnection({ baseUrl, model }: ChatConfig): Promise<void> {
  const asked = { baseUrl, model, apiKey: apiKeyOf(), page: null, signal: interruptible() };
  const { kind, sentences } = await testConnection(asked);
  if (kind !== "works") throw new ApiError(sentences.join(" "));
  process.stdout.write(`${sentences.join("\n")}\n`);
}
