/** Replies of an API that were paid for, as a file: a JSON object a line, only ever added to. */
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { type ReplyStore, type StoredReply, hasText } from "../core/chat/reply";
import { type ChatRequest, requestKey } from "../core/chat/request";
import { UsageError, isMissing } from "./errors";

/**
 * Each reply is one write of one whole line, on disk when `put` resolves. A line that a crash cut stays where it is, ends with
 * the next reply's line break, and is passed over: so is a line whose key does not fit its request. Several processes
 * may add to one file; each knows what was there when it began, and what it added itself.
 */
export class ReplyFile implements ReplyStore {
  readonly #path: string;
  /** By key. */
  readonly #replies = new Map<string, StoredReply>();
  /** All that was paid for, and is no reply or not the first as well. */
  readonly #paid: StoredReply[] = [];
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Reads what is there; the file is made with the first reply. @throws UsageError if it can't be read. */
  static open(path: string): ReplyFile {
    const file = new ReplyFile(path);
    for (const reply of readReplies(path)) file.#take(reply);
    return file;
  }

  has(key: string): boolean {
    return this.#replies.has(key);
  }

  /** Those of these requests that have no reply, in their order. */
  missing(requests: readonly ChatRequest[]): ChatRequest[] {
    return requests.filter((request) => !this.has(requestKey(request)));
  }

  async get(key: string): Promise<StoredReply | null> {
    return this.#replies.get(key) ?? null;
  }

  put(reply: StoredReply): Promise<void> {
    const written = this.#written.then(() => this.#append(reply));
    this.#written = written.catch(() => {}); // the caller hears of it
    return written;
  }

  async paidBy(payer: string): Promise<readonly StoredReply[]> {
    return this.#paid.filter((reply) => reply.payer === payer);
  }

  async #append(reply: StoredReply): Promise<void> {
    const file = await open(this.#path, "a");
    try {
      await file.appendFile(`\n${JSON.stringify(reply)}`);
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#take(reply);
  }

  #take(reply: StoredReply): void {
    this.#paid.push(reply);
    if (hasText(reply) && !this.has(reply.key)) this.#replies.set(reply.key, reply);
  }
}

function readReplies(path: string): StoredReply[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return [];
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  return text.split("\n").flatMap((line) => replyOf(line) ?? []);
}

/** Null for an empty line, one that was cut, and one that is no reply of ours. */
function replyOf(line: string): StoredReply | null {
  try {
    const reply = JSON.parse(line) as StoredReply;
    return requestKey(reply.request) === reply.key ? reply : null;
  } catch {
    return null;
  }
}
