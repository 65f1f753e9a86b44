/** Chat completions of an OpenAI-compatible API, one prompt at a time, its failures in words. */
import type OpenAI from "openai";

export interface ChatApiConfig {
  readonly baseUrl: string;
  readonly model: string;
  readonly temperature: number;
  /** Longest reply, in tokens of the API. */
  readonly maxTokens: number;
}

export interface ChatApi {
  /**
   * @returns the reply as it came, or the model's refusal; empty if there is neither.
   * @throws ApiError; FilteredError where the API's own filter took offence; DOMException "AbortError" when stopped.
   */
  complete(prompt: string, signal: AbortSignal): Promise<string>;
}

/** A failure of the API, with what to do about it. The key is never in its text. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
}

/** The API answers in general, and not this prompt. */
export class FilteredError extends ApiError {
  override readonly name = "FilteredError";
}

/** Parameters that newer models of OpenAI refuse by name; without them they answer. */
const DISPENSABLE = ["temperature", "max_tokens"] as const;
type Dispensable = (typeof DISPENSABLE)[number];

/**
 * @param apiKey  stays in this closure; local servers need none.
 * The package, loaded when first used, retries what may pass (connection, 408, 409, 429, 5xx) twice, and waits as the
 * server asks.
 */
export async function openChatApi(config: ChatApiConfig, apiKey: string | null): Promise<ChatApi> {
  const { baseUrl, model } = config;
  const { default: Client } = await import("openai");
  const client = new Client({
    baseURL: baseUrl,
    apiKey: apiKey ?? "none",
    dangerouslyAllowBrowser: true, // the user's own key, on the user's own machine
  });
  let without: readonly Dispensable[] = [];

  async function complete(prompt: string, signal: AbortSignal): Promise<string> {
    const left = without;
    try {
      return await send(client, config, left, prompt, signal);
    } catch (error) {
      if (signal.aborted) throw new DOMException("stopped", "AbortError");
      const refused = DISPENSABLE.find((name) => isUnsupported(error, name));
      if (refused === undefined || left.includes(refused)) {
        throw explain(error, baseUrl, model, apiKey);
      }
      without = [...new Set([...without, refused])];
      return complete(prompt, signal);
    }
  }
  return { complete };
}

async function send(
  client: OpenAI,
  { model, temperature, maxTokens }: ChatApiConfig,
  without: readonly Dispensable[],
  content: string,
  signal: AbortSignal,
): Promise<string> {
  const completion = await client.chat.completions.create(
    {
      model,
      messages: [{ role: "user", content }],
      ...(!without.includes("temperature") && { temperature }),
      ...(without.includes("max_tokens")
        ? { max_completion_tokens: maxTokens }
        : { max_tokens: maxTokens }),
    },
    { signal },
  );
  // A server that is not quite compatible may leave out what the types promise.
  const message = (completion.choices as typeof completion.choices | undefined)?.[0]?.message;
  return message?.content ?? message?.refusal ?? "";
}

function isUnsupported(error: unknown, name: Dispensable): boolean {
  const { status, code, param } = error as { status?: number; code?: string; param?: string };
  return status === 400 && (code ?? "").startsWith("unsupported_") && param === name;
}

function explain(error: unknown, baseUrl: string, model: string, apiKey: string | null): ApiError {
  const { status, code, message } = error as { status?: number; code?: string; message: string };
  if (status === undefined) {
    return new ApiError(
      `no answer from ${baseUrl}; is the server running, and does it allow requests from this page (CORS)?`,
    );
  }
  if (status === 400 && code === "content_filter") {
    return new FilteredError(`${baseUrl} filters this text (content_filter)`);
  }
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
  if (status === 400 || status === 422) {
    const said = apiKey ? message.replaceAll(apiKey, "…") : message;
    return new ApiError(`${baseUrl} refused the request: ${said}`);
  }
  return new ApiError(`${baseUrl} failed with status ${status}`);
}
