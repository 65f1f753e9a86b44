/** A model that writes texts for a command: behind an API, or on this machine. What it wrote is kept, and never asked for twice. */
import { resolve } from "node:path";
import { openCachedChat } from "../clients/chat/cached";
import { chatReplies } from "../clients/chat/replies";
import { estimateCost, estimateText, spendingText } from "../core/chat/cost";
import {
  type AskedText,
  PROMPTS_AT_ONCE,
  promptName,
  type ReplySource,
} from "../core/chat/reply-source";
import { chatRequest } from "../core/chat/request";
import { chunks } from "../core/chunks";
import { deriveSeed } from "../core/random";
import { apiKeyOf } from "./aligned";
import { type ApiWords, apiConfig } from "./answer-api";
import { keeping, modelWords } from "./source-words";
import { interruptible } from "./interrupt";
import { LocalModel, type LocalSettings } from "./local-model";
import { progressLine } from "./progress-line";
import { ReplyFile } from "./reply-file";

type ChatConfig = ReturnType<typeof apiConfig>;

/** A source for as long as one command needs it. */
interface OpenSource {
  readonly source: ReplySource;
  close(): void;
}

export interface Writing {
  readonly words: ApiWords;
  readonly prompt: string;
  /** Longest reply unless an option says otherwise, of an API and of a model here. */
  readonly tokens: { readonly api: number; readonly model: number };
  /** The file that is made: the budget is counted over all sittings that make it. */
  readonly out: string;
  /** Only say what it costs. */
  readonly estimate: boolean;
}

/**
 * Has the model that the words name write. What it costs at most is said first.
 * @param first  the first requests; others may follow from what they bring.
 * @returns null where only the estimate was asked for.
 */
export async function writing<T>(
  { words, prompt, tokens, out, estimate }: Writing,
  first: readonly AskedText[],
  work: (source: ReplySource) => Promise<T>,
): Promise<T | null> {
  const cache = words["cache"] ?? `${out}.replies.jsonl`;
  let opened: OpenSource;
  if (words["api"] === undefined) {
    const { seed, ...settings } = modelWords(words, prompt, tokens.model);
    opened = await openLocal({ ...settings, cache }, seed);
  } else {
    // An answer's prompt has other slots: it is no part of this config.
    const longest = words["max-tokens"] ?? String(tokens.api);
    const config = apiConfig({ ...words, prompt: undefined, "max-tokens": longest });
    const costs = `${estimateOf(config, first, cache)}; what is asked again comes on top\n`;
    (estimate ? process.stdout : process.stderr).write(costs);
    if (estimate) return null;
    opened = await openApi(config, cache, out);
  }
  try {
    return await keeping(work(opened.source));
  } finally {
    opened.close();
  }
}

/** The most that these requests are still to cost, in words. */
function estimateOf(config: ChatConfig, asked: readonly AskedText[], cache: string): string {
  const replies = ReplyFile.open(cache);
  const requests = asked.map(({ prompt, sample }) => chatRequest(config, prompt, sample));
  return estimateText(estimateCost(requests, replies.missing(requests), config));
}

async function openApi(config: ChatConfig, cache: string, payer: string): Promise<OpenSource> {
  const signal = interruptible();
  const options = { replies: ReplyFile.open(cache), payer: resolve(payer) };
  const chat = await openCachedChat(config, apiKeyOf(), options);
  const line = progressLine(`${config.model} writes`);
  const source = chatReplies(chat, config, signal);
  return {
    source: {
      name: source.name,
      replies: (asked, hooks) =>
        source.replies(asked, {
          ...hooks,
          onProgress: (done, total) => {
            line.note(spendingText(chat.spending()));
            line.update(done, total);
          },
        }),
    },
    close: () => line.end(),
  };
}

async function openLocal(settings: LocalSettings, seed: number): Promise<OpenSource> {
  const model = await LocalModel.open(settings);
  const line = progressLine(`${model.name} writes`);
  return {
    source: {
      name: model.name,
      async replies(asked) {
        const prompts = asked.map((text) => ({
          ...{ prompt: text.prompt, sample: text.sample, name: promptName(text) },
          seed: deriveSeed(seed, ...text.purpose),
        }));
        const texts = await model.replies(chunks(prompts, PROMPTS_AT_ONCE), line.update);
        return texts.map((text) => ({ text, problem: null }));
      },
    },
    close() {
      line.end();
      model.dispose();
    },
  };
}
