import * as v from "valibot";
import { InputError } from "../format/input-error";
import type { StudyConfig, StudyConfigInput } from "./config";
import { resolveConfig } from "./presets";

/** What is wrong with one setting. */
export interface FieldError {
  /** Keys joined by dots: "ppo.learningRate". */
  readonly field: string;
  readonly message: string;
}

export type CheckedConfig =
  | { readonly config: StudyConfig; readonly errors: readonly [] }
  | { readonly config: null; readonly errors: readonly FieldError[] };

/** Fills in what is left out, or says for each setting what is wrong with it. */
export function checkConfig(input: StudyConfigInput): CheckedConfig {
  try {
    return { config: resolveConfig(input), errors: [] };
  } catch (error) {
    if (!v.isValiError<typeof StudyConfig>(error)) throw error;
    const errors = error.issues.map((issue) => ({
      field: v.getDotPath(issue) ?? "",
      message: messageOf(issue),
    }));
    return { config: null, errors };
  }
}

/** valibot's own words for a key too many or too few say little. */
function messageOf({ type, expected, received, message }: v.BaseIssue<unknown>): string {
  if (type === "strict_object" && expected === "never") return `there is no setting ${received}`;
  if (type === "strict_object" && received === "undefined") return "the setting is missing";
  return message;
}

/**
 * Reads the settings of a study from JSON, as config.json and the page's export hold them.
 * @returns what the file says; what it leaves out stays out.
 * @throws InputError naming the file and the first field that is wrong.
 */
export function importConfig(json: string, file: string): StudyConfigInput {
  let input: unknown;
  try {
    input = JSON.parse(json);
  } catch (error) {
    const problem = `this is not JSON (${(error as SyntaxError).message})`;
    throw new InputError({ file }, problem, "Check that the file is complete.");
  }
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    const remedy = 'The least there is is {"preset": "recommended"}.';
    throw new InputError({ file }, "these are no settings of a study", remedy);
  }
  const {
    errors: [error],
  } = checkConfig(input as StudyConfigInput);
  if (error) {
    const remedy = "The config.json of a finished study, or the page's export, shows every field.";
    const place = { file, layout: "list", column: error.field } as const;
    throw new InputError(place, error.message.replace(/\.$/, ""), remedy);
  }
  return input as StudyConfigInput;
}
