/** Wrong use or wrong input: printed as one line, exit 2, nothing written. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file says something else than its data. */
export class DifferenceError extends Error {
  override readonly name = "DifferenceError";
}

/** What the user can mend, wherever it is found. */
const BAD_INPUT = new Set(["UsageError", "InputError", "ValiError"]);

/** What their message alone explains: a stack would only hide it. */
const EXPLAINED = new Set([
  ...BAD_INPUT,
  "AbortError",
  "ApiError",
  "BackendError",
  "BudgetError",
  "DifferenceError",
  "GpuError",
  "HeapFullError",
  "HubError",
  "OutOfMemoryError",
  "PausedError",
]);

/** 2 for input that the user can mend, 1 for everything else. */
export function exitCode(error: unknown): number {
  return error instanceof Error && BAD_INPUT.has(error.name) ? 2 : 1;
}

export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "DeviceLostError") return `the GPU was lost (${error.message})`;
  return EXPLAINED.has(error.name) ? error.message : (error.stack ?? error.message);
}

/**
 * Runs what reads and checks the user's input: there a RangeError or a SyntaxError is about the input, and so is a file that
 * can't be read. Anywhere else they are faults of ours.
 */
export async function readingInput<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError || isFileError(error)) {
      throw new UsageError(error.message, { cause: error });
    }
    throw error;
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** Whether a file could not be read because there is none. */
export function isMissing(error: unknown): boolean {
  return isFileError(error) && error.code === "ENOENT";
}
