/** An aligned model behind an OpenAI-compatible API. */
import type { Answer } from "../core/answers/answer";
import { fillPrompt, trimAnswer } from "../core/answers/prompt";
import { withoutReasoning } from "../core/chat/reasoning";
import type { AlignedConfig } from "../core/study/config";
import type { Aligned } from "../core/study/ports";
import { type CachedChatOptions, openCachedChat, startOf } from "./chat/cached";
import { EmptyReplyError } from "./chat/errors";
import { inParallel } from "./in-parallel";

export type ChatConfig = Extract<AlignedConfig, { kind: "chat" }>;

const WATCH_MS = 50;

/**
 * @param apiKey  stays in a closure; local servers need none.
 * @throws of `answer`: as CachedChat.complete; EmptyReplyError where a reply is reasoning alone.
 */
export async function chatModel(
  config: ChatConfig,
  apiKey: string | null,
  options: CachedChatOptions,
): Promise<Aligned> {
  const { model, instruction } = config;
  const chat = await openCachedChat(config, apiKey, options);
  return {
    name: model,
    spending: () => chat.spending(),
    async answer(requests, { signal, onProgress, onAnswer }) {
      const answers = new Array<Answer>(requests.length);
      const stop = new AbortController();
      let done = 0;
      // The port's signal tells nobody when it aborts, and a request may take minutes.
      const watch = setInterval(() => signal.aborted && stop.abort(), WATCH_MS);
      try {
        signal.throwIfAborted();
        await inParallel(requests, config.requestsAtOnce, stop.signal, async (request, place) => {
          signal.throwIfAborted();
          const { questionId, paraphrase, question, sample } = request;
          const prompt = fillPrompt(instruction, question);
          const reply = await chat.complete(prompt, sample, stop.signal);
          const text = trimAnswer(withoutReasoning(reply));
          if (text === "") throw new EmptyReplyError(onlyReasoning(config, prompt));
          const answer = { questionId, paraphrase, text, ruleOfThumb: null };
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

const onlyReasoning = ({ model, maxTokens }: ChatConfig, prompt: string) =>
  `${model} reasoned and gave no answer to “${startOf(prompt)}” in ${maxTokens} tokens: allow longer answers (maxTokens)`;
