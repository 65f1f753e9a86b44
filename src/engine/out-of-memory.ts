/** Tells that memory ran out, in whichever words a backend has for it, and says so in ours. */
import type { Gpt2Config } from "../core/gpt2/config";
import { estimateMemory } from "../core/models/memory";
import type { StudyConfig } from "../core/study/config";
import { BACKEND_NAMES, type BackendKind } from "./backend";
import { megabytes } from "./trial-allocation";

/** V8's array buffers, WebAssembly's heap and abort, WebGPU's error scopes, as tfjs passes them on. */
const WORDS =
  /out of memory|out-of-memory|allocation failed|allocation size|memory access out of bounds|Aborted\(OOM|enlarge memory/i;

export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && WORDS.test(`${error.name} ${error.message}`);
}

/** The error to show: what the study needs at once, of what, and the settings that lower it. */
export function outOfMemory(
  backend: BackendKind,
  model: Gpt2Config,
  { adapter, sft, sampling }: Pick<StudyConfig, "adapter" | "sft" | "sampling">,
  cause: unknown,
): OutOfMemoryError {
  const { total, weights, head, activations } = estimateMemory({
    model,
    adapter,
    training: { microBatch: sft.microBatch, length: model.positions },
    decoding: { rows: 1, promptLength: model.positions - 1, maxNewTokens: 1 },
    kernels: backend === "webgpu" ? "fused" : "plain",
  });
  return new OutOfMemoryError(
    `${BACKEND_NAMES[backend]} ran out of memory: this study can need ${megabytes(total)} at once, of which ` +
      `${megabytes(weights + head)} are the model and ${megabytes(activations)} a training step. ` +
      `Lower sft.microBatch (now ${sft.microBatch}) or sampling.maxNewTokens (now ${sampling.maxNewTokens}), ` +
      "close other tabs, or take a smaller model; the run can go on from its last checkpoint.",
    { cause },
  );
}
