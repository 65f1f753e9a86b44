/** Replies that were paid for, and where they are kept. */
import type { ChatRequest } from "./request";
import type { Usage } from "./usage";

export interface StoredReply {
  /** `requestKey` of the request. */
  readonly key: string;
  readonly request: ChatRequest;
  readonly text: string;
  /** As the server counted it; null where it didn't. */
  readonly usage: Usage | null;
  /** The server's whole answer as JSON: its system_fingerprint, finish_reason and what else it says. */
  readonly response: string;
  /** ms since the epoch. */
  readonly at: number;
  /** Whose budget it was paid from: a run, a labelling task, a file of answers. */
  readonly payer: string;
}

/**
 * Failures are never stored, and nothing stored is replaced: a reply is kept for good. One that `put` has resolved for is found by
 * `get` whatever happens to the process.
 */
export interface ReplyStore {
  get(key: string): Promise<StoredReply | null>;
  put(reply: StoredReply): Promise<void>;
  /** All that were paid from a budget. */
  paidBy(payer: string): Promise<readonly StoredReply[]>;
}
