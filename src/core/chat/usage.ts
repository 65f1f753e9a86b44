/** Tokens: as servers count them, and as they are estimated before anything is sent. */
import type { ChatRequest } from "./request";

/** Tokens of one reply, or of many. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** English text has about four characters a token with the tokenizers of current models; code and other scripts have fewer. */
const CHARACTERS_PER_TOKEN = 4;
/** What chat formats put around a message: role, separators, the start of the reply. */
const TOKENS_PER_MESSAGE = 8;

/** Tokens of a text by the rule of four characters a token, rounded up. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

export function promptTokens({ messages }: Pick<ChatRequest, "messages">): number {
  return messages.reduce(
    (sum, { content }) => sum + TOKENS_PER_MESSAGE + estimateTokens(content),
    0,
  );
}

/** The most that a request may use, by estimate of its prompt and by its limit on the reply. */
export function mostTokens(request: Pick<ChatRequest, "messages" | "parameters">): Usage {
  return {
    promptTokens: promptTokens(request),
    completionTokens: request.parameters["max_tokens"] ?? 0,
  };
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
  };
}

export const NO_USAGE: Usage = { promptTokens: 0, completionTokens: 0 };
