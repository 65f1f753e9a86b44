/** Chat APIs through a worker: the page's content security policy lets the page itself ask no one but its own origin. */
import type { CachedChat, PaidChatConfig } from "../clients/chat/cached";
import { ApiError, EmptyReplyError, FilteredError } from "../clients/chat/errors";
import { BudgetError, type CostEstimate, NOTHING_SPENT } from "../core/chat/cost";
import type { Corpus } from "../core/corpus/corpus";
import type { AlignedConfig } from "../core/study/config";
import type { BatchImport, ChatContract, ConnectionFinding } from "../protocol/chat";
import { type Client, RemoteError } from "../protocol/rpc";

export type { BatchImport };

export interface ApiAddress {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | null;
}

/** Opens an API whose replies are kept. @param payer  whose budget it is. */
export type OpenChat = (
  config: PaidChatConfig,
  apiKey: string | null,
  payer: string,
) => Promise<CachedChat>;

export interface RemoteChat {
  readonly open: OpenChat;
  /** Whether an API can be asked from this page, and what to do if not. */
  test(address: ApiAddress): Promise<ConnectionFinding>;
  /** What answers to a whole corpus cost at most. */
  estimate(config: ChatAligned, corpus: Corpus): Promise<CostEstimate>;
  /** What is still to be asked about a corpus, as files for the Batch API. */
  exportBatch(config: ChatAligned, corpus: Corpus): Promise<readonly string[]>;
  /** Keeps the replies in a file of a batch's results. */
  importBatch(config: ChatAligned, corpus: Corpus, text: string): Promise<BatchImport>;
}

export type ChatAligned = Extract<AlignedConfig, { kind: "chat" }>;

/** @param start  starts the worker, when it is first needed. */
export function remoteChat(start: () => Client<ChatContract>): RemoteChat {
  let client: Client<ChatContract> | null = null;
  const worker = () => (client ??= start());
  return {
    async open(config, apiKey, payer) {
      let spent = NOTHING_SPENT;
      return {
        async complete(prompt, sample, signal) {
          try {
            const params = { config, apiKey, payer, prompt, sample };
            const { text, spending } = await worker().call("complete", params, { signal });
            spent = spending;
            return text;
          } catch (error) {
            throw error instanceof RemoteError ? asThrown(error) : error;
          }
        },
        spending: () => spent,
      };
    },
    test: (address) => worker().call("test", address),
    estimate: (config, { questions }) =>
      worker().call("estimate", { config, corpus: { questions } }),
    exportBatch: (config, { questions }) =>
      worker().call("exportBatch", { config, corpus: { questions } }),
    importBatch: (config, { questions }, text) =>
      worker().call("importBatch", { config, corpus: { questions }, text }),
  };
}

/** Classes don't cross between threads; their names do. */
function asThrown({ code, message }: RemoteError): Error {
  if (code === "FilteredError") return new FilteredError(message);
  if (code === "EmptyReplyError") return new EmptyReplyError(message);
  if (code === "BudgetError") return new BudgetError(message);
  return code === "AbortError" ? new DOMException(message, code) : new ApiError(message);
}
