import type { AbortSignalLike } from "../../core/abort";

/** Lets the worker hear of a cancel: encoding on wasm blocks its thread. @throws the signal's reason. */
export async function yieldTo(signal: AbortSignalLike | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise((resume) => setTimeout(resume));
  signal?.throwIfAborted();
}
