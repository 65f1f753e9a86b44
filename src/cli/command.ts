import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./errors";
import { messageOf } from "../core/message-of";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** A command of the command line: its words, its help, and what it does. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  run(argv: readonly string[]): Promise<void>;
}

/**
 * Reads options and exactly `positionals` words.
 * @throws UsageError that names the option or the missing word.
 */
export function readArgs<O extends Options>(
  argv: readonly string[],
  options: O,
  positionals: { readonly names: readonly string[]; readonly atLeast?: number },
) {
  const { names, atLeast = names.length } = positionals;
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${messageOf(error)}. See --help.`);
  }
  if (parsed.positionals.length < atLeast) {
    throw new UsageError(`${names[parsed.positionals.length]} is missing. See --help.`);
  }
  if (parsed.positionals.length > names.length) {
    throw new UsageError(`"${parsed.positionals[names.length]}" is one word too many. See --help.`);
  }
  return parsed;
}

/** @throws UsageError unless it is a whole number from 0 on that a double holds exactly. */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0) {
    throw new UsageError(`${option} must be a whole number from 0 to 2^53 − 1, got "${text}"`);
  }
  return value;
}

/** @throws UsageError unless it is a whole number from 1 on. */
export function atLeastOne(option: string, text: string): number {
  const value = wholeNumber(option, text);
  if (value === 0) throw new UsageError(`${option} must be 1 or more, got 0`);
  return value;
}

/** @throws UsageError unless it is a number. */
export function realNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new UsageError(`${option} must be a number, got "${text}"`);
  }
  return value;
}
