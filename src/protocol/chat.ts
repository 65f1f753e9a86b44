import type { FailedLine } from "../core/chat/batch";
import type { CostEstimate, Spending } from "../core/chat/cost";
import type { Corpus } from "../core/corpus/corpus";

/** What the worker that asks chat APIs can be asked; workers/chat.ts answers. What was paid for is kept by it. */
export type ChatContract = {
  complete: {
    params: ChatParams & { readonly prompt: string; readonly sample: number };
    progress: never;
    result: { readonly text: string; readonly spending: Spending };
  };
  /** Whether the API can be asked from here, and what to do if not. */
  test: {
    params: { readonly baseUrl: string; readonly model: string; readonly apiKey: string | null };
    progress: never;
    result: ConnectionFinding;
  };
  /** What answers to a whole corpus cost at most. */
  estimate: { params: CorpusQuestion; progress: never; result: CostEstimate };
  /** What is still to be asked about a corpus, as files for the Batch API. */
  exportBatch: { params: CorpusQuestion; progress: never; result: readonly string[] };
  /** Keeps the replies in a file of a batch's results. */
  importBatch: {
    params: CorpusQuestion & { readonly text: string };
    progress: never;
    result: BatchImport;
  };
};

/** What is asked about a corpus, as a study with these settings asks it. */
export interface CorpusQuestion {
  readonly config: ChatRequestConfig & { readonly instruction: string };
  readonly corpus: Pick<Corpus, "questions">;
}

export interface BatchImport {
  /** Replies that are new here. */
  readonly stored: number;
  /** Replies that were here already, and stay as they are. */
  readonly known: number;
  readonly failed: readonly FailedLine[];
}

export interface ChatParams {
  readonly config: ChatRequestConfig;
  readonly apiKey: string | null;
  /** Whose budget it is. */
  readonly payer: string;
}

/** As PaidChatConfig of clients/chat/cached. */
export interface ChatRequestConfig {
  readonly baseUrl: string;
  readonly model: string;
  readonly temperature: number;
  /** Longest reply, in tokens of the API. */
  readonly maxTokens: number;
  readonly requestsAtOnce: number;
  readonly timeoutSeconds: number;
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  readonly budget: number | null;
  readonly tokenBudget: number | null;
}

/** As Connection of clients/chat/connection. */
export interface ConnectionFinding {
  readonly kind:
    "works" | "mixed-content" | "unreachable" | "cors" | "key" | "model" | "address" | "failing";
  /** What was found, and what to do: a sentence each. */
  readonly sentences: readonly string[];
}
