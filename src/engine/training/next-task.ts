import type { AbortSignalLike } from "../../core/abort";

/** Lets the thread hear messages, a cancel among them, between two pieces of work. @throws the reason of an abort. */
export async function nextTask(signal: AbortSignalLike): Promise<void> {
  await new Promise((resume) => setTimeout(resume));
  signal.throwIfAborted();
}
