/** Work with a model, on a device that may fail or run out of memory: a study, answers, or scores of texts. */
import { unlessDeviceFails } from "./device-failure";
import type { OnnxPolicy } from "./onnx-policy";
import { type AskedModel, type Needs, sayingWhatRanOut } from "./out-of-memory";
import { Gpt2Policy } from "./policy";

/**
 * Waits for it, on a device that may fail.
 * @param work    as for `unlessDeviceFails`.
 * @param needs   what a model of the engine's own can need for it.
 * @throws OutOfMemoryError with figures and what to lower where memory ran out; else as `unlessDeviceFails`.
 */
export function whileAsked<T>(
  policy: Gpt2Policy | OnnxPolicy,
  work: (signal: AbortSignal) => Promise<T>,
  { signal, needs }: { readonly signal: AbortSignal; readonly needs: (model: AskedModel) => Needs },
): Promise<T> {
  const working = unlessDeviceFails(work, signal);
  return policy instanceof Gpt2Policy ? sayingWhatRanOut(working, needs(policy)) : working;
}
