/** Replies that were paid for, and where they are kept. */
import type { ChatRequest } from "./request";
import type { Usage } from "./usage";

export interface StoredReply {
  /** `requestKey` of the request; with a blank and more behind it for what was paid for and is no request's reply. */
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

/** One without text was paid for all the same, and is no reply: asked again, the model may say something. */
export const hasText = ({ text }: Pick<StoredReply, "text">) => text.trim() !== "";

/** The request's key, of whatever a row's is. */
export const requestKeyIn = (key: string) => key.split(" ", 1)[0]!;

/**
 * Failures are never stored, and nothing stored is replaced: a reply is kept for good. One that `put` has resolved for is found by
 * `get` whatever happens to the process; but where there is one already, or it has no text, `paidBy` alone has it.
 */
export interface ReplyStore {
  get(key: string): Promise<StoredReply | null>;
  put(reply: StoredReply): Promise<void>;
  /** All that were paid from a budget. */
  paidBy(payer: string): Promise<readonly StoredReply[]>;
}
