/** A chat API that remembers: each request is paid for once, within a budget, and its reply is kept before it is used. */
import type { Budget, Prices, Spending } from "../../core/chat/cost";
import { type ReplyStore, type StoredReply, hasText } from "../../core/chat/reply";
import { type ChatRequest, chatRequest, requestKey } from "../../core/chat/request";
import { mostTokens } from "../../core/chat/usage";
import { type ChatApiConfig, type ChatApiOptions, openChatApi } from "../chat-api";
import { systemClock } from "./clock";
import { EmptyReplyError, FilteredError } from "./errors";
import { Ledger } from "./ledger";

/** An API with what paying for it takes. */
export interface PaidChatConfig extends ChatApiConfig, Prices, Budget {}

export interface CachedChat {
  /**
   * The reply to a prompt: the one that is kept, else the API's.
   * @param sample  0, or which further sample of the same prompt.
   * @throws as ChatApi.complete; EmptyReplyError; BudgetError before a request that the budget has no room for.
   */
  complete(prompt: string, sample: number, signal: AbortSignal): Promise<string>;
  /** What this payer has paid, earlier runs included. */
  spending(): Spending;
}

export interface CachedChatOptions extends ChatApiOptions {
  readonly replies: ReplyStore;
  /** Whose budget it is: a run, a task, a file of answers. */
  readonly payer: string;
}

/** @param apiKey  stays in memory; no part of any key or row. */
export async function openCachedChat(
  config: PaidChatConfig,
  apiKey: string | null,
  { replies, payer, clock = systemClock, ...options }: CachedChatOptions,
): Promise<CachedChat> {
  const api = await openChatApi(config, apiKey, { clock, ...options });
  const ledger = new Ledger(config, config, await replies.paidBy(payer));
  /** A key that is asked for twice at a time is sent once. */
  const underway = new Map<string, Promise<StoredReply>>();

  async function ask(key: string, request: ChatRequest, signal: AbortSignal): Promise<StoredReply> {
    const prompt = request.messages[0]!.content;
    const kept = await replies.get(key);
    if (kept !== null) return kept;
    return ledger.within(mostTokens(request), async (paid) => {
      const completion = await api
        .complete(prompt, signal, request.sample)
        .catch(namingPrompt(prompt));
      const reply = { key, request, ...completion, at: clock.now(), payer };
      paid(reply);
      await replies.put(reply);
      if (!hasText(reply)) {
        throw new EmptyReplyError(`${config.model} gave no text for “${startOf(prompt)}”`);
      }
      return reply;
    });
  }

  return {
    async complete(prompt, sample, signal) {
      const request = chatRequest(config, prompt, sample);
      const key = requestKey(request);
      let reply = underway.get(key);
      if (!reply) {
        reply = ask(key, request, signal).finally(() => underway.delete(key));
        underway.set(key, reply);
      }
      return (await reply).text;
    },
    spending: () => ledger.spending,
  };
}

/** Which of thousands of texts a filter refused. */
const namingPrompt =
  (prompt: string) =>
  (error: unknown): never => {
    if (!(error instanceof FilteredError)) throw error;
    throw new FilteredError(`${error.message}: “${startOf(prompt)}”`);
  };

/** A prompt, as an error names it. */
export const startOf = (prompt: string) =>
  prompt.length > 80 ? `${prompt.slice(0, 80)}…` : prompt;
