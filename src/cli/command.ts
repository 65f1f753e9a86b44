import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
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
    // Of a value that begins with a dash Node says three lines; its first names the option.
    const [said = ""] = messageOf(error).split("\n");
    throw new UsageError(`${said.replace(/\.$/, "")}. See --help.`);
  }
  const empty = Object.entries(parsed.values).find(([, value]) => value === "");
  if (empty) throw new UsageError(`--${empty[0]} is empty. See --help.`);
  if (parsed.positionals.length < atLeast) {
    throw new UsageError(`${names[parsed.positionals.length]} is missing. See --help.`);
  }
  if (parsed.positionals.length > names.length) {
    throw new UsageError(`"${parsed.positionals[names.length]}" is one word too many. See --help.`);
  }
  return parsed;
}

/**
 * Before any work: nothing that is read is written over, no result by another, and their folders are there.
 * @param outputs  paths by their options; undefined where one isn't given.
 * @throws UsageError naming the option.
 */
export function checkOutputs(
  inputs: readonly (string | undefined)[],
  outputs: Readonly<Record<string, string | undefined>>,
): void {
  const taken = new Set(inputs.flatMap((path) => (path === undefined ? [] : resolve(path))));
  for (const [option, path] of Object.entries(outputs)) {
    if (path === undefined) continue;
    if (taken.has(resolve(path))) {
      throw new UsageError(`${option} ${path} is read or written already; name another file`);
    }
    checkFolderOf(path);
    taken.add(resolve(path));
  }
}

/** @throws UsageError unless the folder that a file is to lie in is there. */
export function checkFolderOf(path: string): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) {
    throw new UsageError(`${folder} is not there, where ${path} is to go; make it first`);
  }
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
