/** Which runs may stand in one comparison, and which of them are one method. */
import { canonicalJson } from "../annotation/canonical-json";
import type { QuestionId } from "../corpus/corpus";
import { applies } from "../study/applies";
import type { StudyConfig } from "../study/config";
import { type SettingRow, settingRows } from "../study/config-diff";
import { methodName } from "../study/curves";

/** What all must have in common to be measured alike. */
const MEASURED_BY = ["corpus", "encoder", "sage"] as const;

export interface NamedConfig {
  readonly name: string;
  readonly config: Pick<StudyConfig, (typeof MEASURED_BY)[number]>;
}

/** Why the scores of two do not compare, naming the setting; null where they do. */
export function incomparable(one: NamedConfig, other: NamedConfig): string | null {
  for (const field of MEASURED_BY) {
    const [own, theirs] = [one.config[field], other.config[field]];
    if (canonicalJson(own) === canonicalJson(theirs)) continue;
    const values = [own, theirs].map((value) => JSON.stringify(value));
    return `${one.name} has ${field} ${values[0]} and ${other.name} has ${values[1]}: scores compare only where they are the same`;
  }
  return null;
}

/** Why two runs' held-out questions can't be paired; null where they are the same, in any order. */
export function otherQuestions(
  one: readonly QuestionId[],
  other: readonly QuestionId[],
): string | null {
  const known = new Set(other);
  const missing = one.filter((id) => !known.has(id)).length;
  if (missing === 0 && one.length === other.length) return null;
  return `${missing} of its ${one.length} held-out questions are not among the ${other.length} of the first run`;
}

/** Settings that make no other method: they differ from seed to seed, or change no result. */
const FREE = ["seed", "questions.evaluation", "questions.alwaysEvaluate", "checkpoints", "pinned", "preset"]; // prettier-ignore

/** @param path  of a setting, which a part of itself frees too. */
const isFree = (path: readonly string[]) =>
  path.some((_, depth) => FREE.includes(path.slice(0, depth + 1).join(".")));

/**
 * A name for each run's method: runs that differ in nothing but their seed have one. Where two methods would be called the same,
 * the later one says what it has other than the first: "GRPO, rollouts.passes 10".
 */
export function methodNames(configs: readonly StudyConfig[]): string[] {
  const named: { readonly key: string; readonly name: string }[] = [];
  return configs.map((config) => {
    const key = JSON.stringify(methodSettings([config]));
    const known = named.find((method) => method.key === key);
    if (known) return known.name;
    const plain = config.rollouts.enabled ? methodName(config) : "LoRA";
    const first = configs.find((other) => plain === (other.rollouts.enabled ? methodName(other) : "LoRA"))!; // prettier-ignore
    const differing = methodSettings([config, first]).filter(({ differs }) => differs);
    const words = differing.map(({ path, values }) => `${path.join(".")} ${text(values[0])}`);
    const name = [plain, ...words].join(", ");
    named.push({ key, name });
    return name;
  });
}

/** The settings that do something in the first of them, and make a method what it is. */
function methodSettings(configs: readonly [StudyConfig, StudyConfig?]): SettingRow[] {
  const [{ rollouts }] = configs;
  return settingRows(configs.filter((config) => config !== undefined)).filter(
    ({ path }) => !isFree(path) && applies(path, rollouts),
  );
}

const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
