/** An aligned model behind an OpenAI-compatible API. */
import type OpenAI from "openai";
import type { Answer } from "../core/answers/answer";
import { fillPrompt, trimAnswer } from "../core/answers/prompt";
import type { AlignedConfig } from "../core/study/config";
import type { Aligned, AlignedRequest } from "../core/study/ports";

export type ChatConfig = Extract<AlignedConfig, { kind: "chat" }>;

/** Requests on the way at the same time: polite to a small server, quick enough for a large one. */
const CONCURRENCY = 4;

const WATCH_MS = 50;

/** A failure of the API, with what to do about it. The key is never in its text. */
export class ApiError extends Error {
  override readonly name = "ApiError";
}

/**
 * @param apiKey  stays in this closure; local servers need none.
 * The package retries what may pass (connection, 408, 409, 429, 5xx) twice, and waits as the server asks.
 */
export async function chatModel(config: ChatConfig, apiKey: string | null): Promise<Aligned> {
  const { default: Client } = await import("openai");
  const client = new Client({
    baseURL: config.baseUrl,
    apiKey: apiKey ?? "none",
    dangerouslyAllowBrowser: true, // the user's own key, on the user's own machine
  });
  return {
    name: config.model,
    async answer(requests, { signal, onProgress, onAnswer }) {
      const answers = new Array<Answer>(requests.length);
      const stop = new AbortController();
      let next = 0;
      let done = 0;
      const worker = async () => {
        while (next < requests.length) {
          const place = next++;
          signal.throwIfAborted();
          const answer = await ask(client, config, requests[place]!, stop.signal);
          answers[place] = answer;
          onAnswer?.(answer);
          onProgress?.(++done, requests.length);
        }
      };
      // The port's signal tells nobody when it aborts, and a request may take minutes.
      const watch = setInterval(() => signal.aborted && stop.abort(), WATCH_MS);
      const workers = Array.from({ length: Math.min(CONCURRENCY, requests.length) }, worker);
      try {
        await Promise.all(workers);
      } catch (error) {
        stop.abort(); // the other requests on the way are of no use now
        throw error;
      } finally {
        clearInterval(watch);
      }
      return answers;
    },
  };
}

async function ask(
  client: OpenAI,
  { model, temperature, maxTokens, instruction, baseUrl }: ChatConfig,
  { questionId, paraphrase, question }: AlignedRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const content = fillPrompt(instruction, question);
  try {
    const completion = await client.chat.completions.create(
      { model, temperature, max_tokens: maxTokens, messages: [{ role: "user", content }] },
      { signal },
    );
    const text = trimAnswer(completion.choices[0]?.message.content ?? "");
    if (text === "") throw new ApiError(`${model} gave no text for question ${questionId}`);
    return { questionId, paraphrase, text, ruleOfThumb: null };
  } catch (error) {
    throw error instanceof ApiError ? error : explain(error, baseUrl, model);
  }
}

function explain(error: unknown, baseUrl: string, model: string): unknown {
  const status = (error as { status?: number }).status;
  const name = error instanceof Error ? error.constructor.name : "";
  if (name === "APIUserAbortError") return new DOMException("stopped", "AbortError");
  if (status === 401 || status === 403) {
    return new ApiError(
      `${baseUrl} refused the key (${status}); check the key and what it may use`,
    );
  }
  if (status === 404) {
    return new ApiError(
      `${baseUrl} does not know the model ${model}; check its name and the address`,
    );
  }
  if (status === 429) {
    return new ApiError(
      `${baseUrl} asks to slow down or the quota is used up (429); try again later`,
    );
  }
  if (status === undefined) {
    return new ApiError(
      `no answer from ${baseUrl}; is the server running, and does it allow requests from this page (CORS)?`,
    );
  }
  return new ApiError(`${baseUrl} failed with status ${status}`);
}
