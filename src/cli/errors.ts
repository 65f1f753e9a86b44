/** Wrong use or wrong input: printed as one line, exit 2, nothing written. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const BAD_INPUT = new Set(["UsageError", "InputError", "ValiError", "RangeError", "SyntaxError"]);

/** 2 for input that the user can mend, 1 for everything else. */
export function exitCode(error: unknown): number {
  return error instanceof Error && BAD_INPUT.has(error.name) ? 2 : 1;
}
