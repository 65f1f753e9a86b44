/** An aligned model behind an OpenAI-compatible API. */
import type { Answer } from "../core/answers/answer";
import { fillPrompt, trimAnswer } from "../core/answers/prompt";
import type { AlignedConfig } from "../core/study/config";
import type { Aligned, AlignedRequest } from "../core/study/ports";
import { ApiError, type ChatApi, openChatApi } from "./chat-api";
import { inParallel } from "./in-parallel";

export type ChatConfig = Extract<AlignedConfig, { kind: "chat" }>;

const WATCH_MS = 50;

/** @param apiKey  stays in a closure; local servers need none. */
export async function chatModel(config: ChatConfig, apiKey: string | null): Promise<Aligned> {
  const api = await openChatApi(config, apiKey);
  return {
    name: config.model,
    async answer(requests, { signal, onProgress, onAnswer }) {
      const answers = new Array<Answer>(requests.length);
      const stop = new AbortController();
      let done = 0;
      // The port's signal tells nobody when it aborts, and a request may take minutes.
      const watch = setInterval(() => signal.aborted && stop.abort(), WATCH_MS);
      try {
        signal.throwIfAborted();
        await inParallel(requests, stop, async (request, place) => {
          signal.throwIfAborted();
          const answer = await ask(api, config, request, stop.signal);
          answers[place] = answer;
          onAnswer?.(answer);
          onProgress?.(++done, requests.length);
        });
      } finally {
        clearInterval(watch);
      }
      return answers;
    },
  };
}

async function ask(
  api: ChatApi,
  { model, instruction }: ChatConfig,
  { questionId, paraphrase, question }: AlignedRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const text = trimAnswer(await api.complete(fillPrompt(instruction, question), signal));
  if (text === "") throw new ApiError(`${model} gave no text for question ${questionId}`);
  return { questionId, paraphrase, text, ruleOfThumb: null };
}
