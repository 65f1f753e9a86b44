/** What is asked of a chat model, and the key that it is remembered under. */
import { strToU8 } from "fflate";
import { canonicalJson } from "../annotation/canonical-json";
import { Sha256 } from "../sha256";

export interface ChatMessage {
  readonly role: "user";
  readonly content: string;
}

/** All that decides a reply, as far as the asking side can decide it. The API's key is no part of it. */
export interface ChatRequest {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Every sampling parameter, by the API's name. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Tells apart requests that are otherwise the same: 0 for the first sample of a text. */
  readonly sample: number;
}

/** Of an OpenAI-compatible API. */
export interface ChatSettings {
  readonly baseUrl: string;
  readonly model: string;
  readonly temperature: number;
  /** Longest reply, in tokens of the API. */
  readonly maxTokens: number;
}

export function chatRequest(
  { baseUrl, model, temperature, maxTokens }: ChatSettings,
  prompt: string,
  sample: number,
): ChatRequest {
  return {
    baseUrl: baseUrl.trim().replace(/\/+$/, ""),
    model,
    messages: [{ role: "user", content: prompt }],
    parameters: { temperature, max_tokens: maxTokens },
    sample,
  };
}

/** SHA-256 of the request as canonical JSON, in 64 hex digits. */
export function requestKey(request: ChatRequest): string {
  return new Sha256().update(strToU8(canonicalJson(request))).hex();
}

/**
 * Which sample each of these texts is, in their order: 0 the first time, 1 when the same text comes again. A wording that a
 * question has twice is asked twice, and not answered twice by one reply.
 */
export function sampleIndices(texts: readonly string[]): number[] {
  const seen = new Map<string, number>();
  return texts.map((text) => {
    const index = seen.get(text) ?? 0;
    seen.set(text, index + 1);
    return index;
  });
}
