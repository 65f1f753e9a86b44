/** Answers of a GPT-2 on this machine, for `answer`: what was answered before it was interrupted is taken from the cache. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Answer } from "../core/answers/answer";
import { fillPrompt, trimAnswer } from "../core/answers/prompt";
import { type ChatRequest, requestKey } from "../core/chat/request";
import { deriveSeed } from "../core/random";
import type { Sampling } from "../core/study/config";
import type { AlignedRequest } from "../core/study/ports";
import type { ModelFiles } from "../engine/gpt2/load";
import { loadPolicy } from "../engine/policy";
import { readAdapter } from "./adapter-folder";
import { startNamed } from "./backend";
import { readingInput } from "./errors";
import { interruptible } from "./interrupt";
import { progressLine } from "./progress-line";
import { ReplyFile } from "./reply-file";
import { openModel } from "./target";

/** Answers computed together: their number is part of what they say to the last bit, so a block is taken up whole. */
const BLOCK = 32;

export interface ModelWords {
  readonly model: string;
  readonly adapter: string | undefined;
  readonly prompt: string;
  readonly sampling: Sampling;
  readonly seed: number;
  readonly backend: string;
  readonly cache: string;
}

/** @throws UsageError for a model or an adapter that is none, or a wording too long for it. */
export async function modelAnswers(
  wordings: readonly AlignedRequest[],
  { model, adapter, prompt, sampling, seed, backend, cache }: ModelWords,
): Promise<readonly Answer[]> {
  const signal = interruptible();
  const files = await openModel(model);
  const weights = adapter === undefined ? null : await readAdapter(adapter);
  const replies = ReplyFile.open(cache);
  const place = `${backend}:${await digestOf(files, adapter)}`;

  await startNamed(backend);
  const policy = await readingInput(() => loadPolicy(files));
  const line = progressLine(`${policy.name} answers`);
  try {
    const rows = wordings.map((wording) => {
      const text = fillPrompt(prompt, wording.question);
      const { questionId, paraphrase, sample } = wording;
      return {
        wording,
        prompt: text,
        seed: deriveSeed(seed, "answer", questionId, paraphrase, sample),
      };
    });
    await readingInput(async () => {
      if (weights) await policy.useAdapter(weights);
      for (const row of rows) policy.checkPrompt(row.prompt, sampling, nameOf(row.wording));
    });
    const answers: Answer[] = [];
    for (let at = 0; at < rows.length; at += BLOCK) {
      const block = rows.slice(at, at + BLOCK);
      const requests = block.map((row) => requestOf(row, place, policy.name, sampling));
      const texts = await blockOf(requests, replies, () =>
        policy.generate(block, sampling, { signal }),
      );
      block.forEach(({ wording: { questionId, paraphrase } }, i) =>
        answers.push({ questionId, paraphrase, text: trimAnswer(texts[i]!), ruleOfThumb: null }),
      );
      line.update(answers.length, rows.length);
    }
    return answers;
  } finally {
    line.end();
    policy.dispose();
  }
}

async function blockOf(
  requests: readonly ChatRequest[],
  replies: ReplyFile,
  generate: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const keys = requests.map(requestKey);
  const kept = await Promise.all(keys.map((key) => replies.get(key)));
  if (kept.every((reply) => reply !== null)) return kept.map(({ text }) => text);
  const texts = await generate();
  for (const [i, text] of texts.entries()) {
    const reply = { key: keys[i]!, request: requests[i]!, text, usage: null, response: "" };
    await replies.put({ ...reply, at: Date.now(), payer: "" });
  }
  return texts;
}

/** A model on this machine is asked as one behind an API: all that decides its answer is in the request. */
function requestOf(
  { prompt, seed, wording }: { prompt: string; seed: number; wording: AlignedRequest },
  place: string,
  model: string,
  { temperature, topK, topP, maxNewTokens }: Sampling,
): ChatRequest {
  return {
    baseUrl: place,
    model,
    messages: [{ role: "user", content: prompt }],
    parameters: { temperature, topK, topP, maxNewTokens, seed },
    sample: wording.sample,
  };
}

const nameOf = ({ questionId, paraphrase }: AlignedRequest) =>
  `wording ${paraphrase + 1} of question ${questionId}`;

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
const isOfModel = (name: string) => /\.(json|safetensors|txt)$/.test(name);
