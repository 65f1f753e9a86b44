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
  return isFileError(error) || (error instanceof Error && BAD_INPUT.has(error.name)) ? 2 : 1;
}

export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "DeviceLostError") return `the GPU was lost (${error.message})`;
  if (isFileError(error)) return `${error.message}. ${remedyOf(error)}`;
  return EXPLAINED.has(error.name) ? error.message : (error.stack ?? error.message);
}

/** Of files and folders that can't be read or written. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: free some room, and run the command again.",
  EDQUOT: "The disk's quota is used up: free some room, and run the command again.",
  EACCES: "This account may not do that there: name another place.",
  EPERM: "This account may not do that there: name another place.",
  EROFS: "Nothing can be written there: name another place.",
  ENOTDIR: "A part of that path is a file: name a folder.",
  EISDIR: "That is a folder: name a file.",
  EEXIST: "Something is there already: name another place, or move it away.",
  ENOENT: "There is no such file or folder: check the name, or make the folder first.",
};

const remedyOf = ({ code = "" }: NodeJS.ErrnoException) =>
  REMEDIES[code] ?? "Check the path, and try again.";

/**
 * Runs what reads and checks the user's input: there a RangeError or a SyntaxError is about the input, and so is a file that
 * can't be read. Anywhere else they are faults of ours.
 */
export async function readingInput<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError || isFileError(error)) {
      throw new UsageError(isFileError(error) ? describeError(error) : error.message, {
        cause: error,
      });
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
