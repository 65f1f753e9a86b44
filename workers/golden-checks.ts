/** The engine against PyTorch's numbers, from the files that the site brings along. */
import type { AbortSignalLike } from "../src/core/abort";
import type { Check } from "../src/core/self-test/report";
import { messageOf } from "../src/core/message-of";
import { fetchFiles } from "../src/engine/encoder/fetch-files";
import type { GpuErrors } from "../src/engine/self-test/gpu-errors";
import { nextTask } from "../src/engine/training/next-task";
import type { FolderReader } from "../tests/parity/case";
import { gpt2Cases } from "../tests/parity/gpt2-cases";

/** A software GPU would take a minute. */
const ENOUGH_MS = 8_000;

/** Checks, and at the end a remark where time did not suffice for all. */
export async function* goldenChecks(
  url: string,
  errors: GpuErrors,
  signal: AbortSignalLike,
): AsyncGenerator<Check | string> {
  const due = performance.now() + ENOUGH_MS;
  try {
    for await (const { name, largestError, tolerance, passed } of gpt2Cases(folder(url))) {
      await nextTask(signal);
      await errors.check();
      const by = largestError / tolerance;
      const off = { kind: "off", by: Number.isFinite(by) ? by : null } as const;
      yield { group: "golden", name, outcome: passed ? { kind: "passed" } : off };
      if (performance.now() < due) continue;
      yield `The golden cases were broken off after ${ENOUGH_MS / 1000} s: this device is slow.`;
      return;
    }
  } catch (error) {
    signal.throwIfAborted();
    const message = messageOf(error);
    yield { group: "golden", name: "golden cases", outcome: { kind: "failed", message } };
  }
}

function folder(url: string): FolderReader {
  const files = fetchFiles(url);
  return {
    bytes: (file) => files.read(file),
    text: async (file) => new TextDecoder().decode(await files.read(file)),
    has: async () => true,
  };
}
