/** Settings as words and back: what a form shows of a field, and what it makes of what is typed. */
import { parseQuestionId } from "../../core/corpus/corpus";
import type { Field } from "../../core/study/fields";

/** Settings are called as in the schema, in its language. */
// @wc-ignore
const SPELLING: Readonly<Record<string, string>> = {
  kl: "KL",
  lora: "LoRA",
  rouge: "ROUGE",
  rslora: "rank-stabilised LoRA",
  sage: "SaGE",
  normalize: "normalise",
  num: "number of",
  ppo: "PPO",
  url: "address",
  warmup: "warm-up",
};

/** Settings whose own name says too little, by their path. */
// @wc-ignore
const NAMES: Readonly<Record<string, string>> = {
  "cycles.max": "Most cycles",
  "cycles.atLeast": "Fewest cycles",
  "rollouts.enabled": "Train on its own answers",
  "questions.perCycle": "Training questions per cycle",
};

/** "initialKlCoefficient" → "Initial KL coefficient". */
export function labelOf({ path }: Field): string {
  const name = NAMES[path.join(".")];
  if (name !== undefined) return name;
  const words = path.at(-1)!.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const spelt = words.replace(/\w+/g, (word) => SPELLING[word] ?? word);
  return spelt.charAt(0).toUpperCase() + spelt.slice(1);
}

/** What the control holds. */
export function toText(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value ?? "").replace(/^""$/, "");
}

/** What a default is called. */
export function inWords(value: unknown): string {
  if (typeof value === "boolean") return value ? /* @wc-include */ "on" : /* @wc-include */ "off";
  return toText(value) || /* @wc-include */ "empty";
}

/** What was typed, as a value: undefined for the default. What is no number stays text, for the schema to refuse. */
export function fromText({ input, nullable }: Field, text: string): unknown {
  const trimmed = text.trim();
  switch (input.kind) {
    case "number": {
      if (trimmed === "") return nullable ? null : undefined;
      const number = Number(trimmed);
      return Number.isFinite(number) ? number : trimmed;
    }
    case "list": {
      const items = trimmed.split(/\s*,\s*/).filter((item) => item !== "");
      return input.items === "id" ? items.map(parseQuestionId) : items;
    }
    case "text":
    case "choice":
    case "boolean":
      return text;
  }
}

/** The schema's message in plain words: "Expected at most 1, got 2". */
export function explain(message: string, value: unknown): string {
  if (value === "") return "Fill this in";
  // @wc-ignore
  return message
    .replace(/^Invalid [\w ]+: /, "")
    .replace(/Expected (<=|>=|<|>|!)/, (_, sign: keyof typeof SIGNS) => `Expected ${SIGNS[sign]} `)
    .replace(" but received ", ", got ");
}

// @wc-ignore
const SIGNS = { "<=": "at most", ">=": "at least", "<": "less than", ">": "more than", "!": "not" };
