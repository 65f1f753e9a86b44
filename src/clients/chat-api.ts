/** Chat completions of an OpenAI-compatible API, one prompt at a time, its failures in words. */
import type OpenAI from "openai";
import type { ChatSettings } from "../core/chat/request";
import { type Usage, estimateTokens } from "../core/chat/usage";
import { type Clock, systemClock } from "./chat/clock";
import { endpointOf } from "./chat/endpoint";
import { withoutKey } from "./chat/errors";
import {
  type FailureContext,
  LateReplyError,
  MalformedReplyError,
  failureOf,
} from "./chat/failure";
import { type Limiter, limiterFor } from "./chat/limiter";
import type { HeadersLike } from "./chat/rate-headers";
import { jitterOf, withRetries } from "./chat/retry";

export interface ChatApiConfig extends ChatSettings {
  /** On the way at the same time, at most. */
  readonly requestsAtOnce: number;
  /** For one reply. */
  readonly timeoutSeconds: number;
}

export interface Completion {
  /** The reply as it came, or the model's refusal; empty if there is neither. */
  readonly text: string;
  /** Null where the server does not count. */
  readonly usage: Usage | null;
  /** The whole answer as JSON, without the key should the server have repeated it. */
  readonly response: string;
}

export interface ChatApi {
  /**
   * @param sample  of this prompt: only the waits between retries depend on it.
   * @throws ApiError; FilteredError where the API's own filter took offence; DOMException "AbortError" when stopped.
   */
  complete(prompt: string, signal: AbortSignal, sample?: number): Promise<Completion>;
}

export interface ChatApiOptions {
  readonly clock?: Clock;
  /** Absent: the one of this thread for the server. */
  readonly limiter?: Limiter;
}

/** Parameters that newer models of OpenAI refuse by name; without them they answer. */
const DISPENSABLE = ["temperature", "max_tokens"] as const;
type Dispensable = (typeof DISPENSABLE)[number];

/**
 * Opens an API. The package is loaded when first used. What may pass is asked again (`withRetries`), a reply that takes
 * too long or comes in half too; and no redirect is followed, so that key and prompts reach the address given and no other.
 * @param apiKey  stays in this closure; local servers need none.
 */
export async function openChatApi(
  config: ChatApiConfig,
  apiKey: string | null,
  {
    clock = systemClock,
    limiter = limiterFor(config.baseUrl, config.requestsAtOnce),
  }: ChatApiOptions = {},
): Promise<ChatApi> {
  const { baseUrl, model, maxTokens, timeoutSeconds } = config;
  const { default: Client } = await import("openai");
  const client = new Client({
    ...endpointOf(baseUrl, apiKey),
    apiKey: apiKey ?? "none",
    dangerouslyAllowBrowser: true, // the user's own key, on the user's own machine
    maxRetries: 0, // ours know what to wait for and when to stop
    logLevel: "off", // it would log requests and replies
    fetchOptions: { redirect: "error" },
  });
  let without: readonly Dispensable[] = [];
  let answered = false;

  /** One request, without what the server refused by name; such a refusal is no failure yet. */
  async function send(prompt: string, signal: AbortSignal): Promise<Completion> {
    const left = without;
    try {
      const { completion, headers } = await timed(timeoutSeconds, signal, (signal) =>
        request(client, config, left, prompt, signal),
      );
      answered = true;
      limiter.heed(headers, estimateTokens(prompt) + maxTokens);
      return readCompletion(completion, apiKey);
    } catch (error) {
      answered ||= (error as { status?: number }).status !== undefined;
      const refused = DISPENSABLE.find((name) => isUnsupported(error, name));
      if (signal.aborted || refused === undefined || left.includes(refused)) throw error;
      without = [...new Set([...without, refused])];
      return send(prompt, signal);
    }
  }

  return {
    complete(prompt, signal, sample = 0) {
      const context = (): FailureContext => ({ baseUrl, model, apiKey, now: clock.now() });
      return withRetries(() => limiter.run(() => send(prompt, signal), signal), {
        ...{ clock, signal, random: jitterOf(prompt, sample) },
        judge: (error) => failureOf(error, context()),
        hasAnswered: () => answered,
        onClosed: (ms) => limiter.closeFor(ms),
      });
    },
  };
}

/** Ends the work when it takes too long, its body included: the package's own limit ends at the headers. */
async function timed<T>(
  seconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener("abort", stop);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    own.abort();
  }, seconds * 1000);
  try {
    return await work(own.signal);
  } catch (error) {
    if (late && !signal.aborted) throw new LateReplyError(`no complete reply within ${seconds} s`);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function request(
  client: OpenAI,
  { model, temperature, maxTokens }: ChatApiConfig,
  without: readonly Dispensable[],
  content: string,
  signal: AbortSignal,
): Promise<{ completion: unknown; headers: HeadersLike }> {
  const { data, response } = await client.chat.completions
    .create(
      {
        model,
        messages: [{ role: "user", content }],
        ...(!without.includes("temperature") && { temperature }),
        ...(without.includes("max_tokens")
          ? { max_completion_tokens: maxTokens }
          : { max_tokens: maxTokens }),
      },
      { signal },
    )
    .withResponse();
  return { completion: data, headers: response.headers };
}

/** What a server that is not quite compatible may leave out is optional here. */
interface Answered {
  readonly choices?: readonly {
    readonly message?: { readonly content?: string | null; readonly refusal?: string | null };
  }[];
  readonly usage?: {
    readonly prompt_tokens?: unknown;
    readonly completion_tokens?: unknown;
  } | null;
}

/** A shorter key is no secret, and may be a word of the reply: "ollama". */
const SECRET_LENGTH = 16;

/**
 * A body of `/chat/completions` as a completion.
 * @throws MalformedReplyError for what has no choices.
 */
export function readCompletion(body: unknown, apiKey: string | null): Completion {
  const isSecret = apiKey !== null && apiKey.length >= SECRET_LENGTH;
  const response = withoutKey(JSON.stringify(body ?? null), isSecret ? apiKey : null);
  const { choices, usage } = (JSON.parse(response) ?? {}) as Answered;
  if (!Array.isArray(choices)) throw new MalformedReplyError("the reply is no chat completion");
  const { message } = (choices as NonNullable<Answered["choices"]>)[0] ?? {};
  const { prompt_tokens: prompt, completion_tokens: completion } = usage ?? {};
  const isCounted = typeof prompt === "number" && typeof completion === "number";
  return {
    text: message?.content ?? message?.refusal ?? "",
    usage: isCounted ? { promptTokens: prompt, completionTokens: completion } : null,
    response,
  };
}

function isUnsupported(error: unknown, name: Dispensable): boolean {
  const { status, code, param } = error as { status?: number; code?: string; param?: string };
  return status === 400 && (code ?? "").startsWith("unsupported_") && param === name;
}
