import { withoutReasoning } from "../chat/reasoning";

/** "1.", "2)", "(3)", "4:", "-", "*", "•", with the blank behind it. */
const MARK = /^\s*(?:\(?\d{1,3}[.):]|[-*•–])\s+/u;
const QUOTES = /^(?:"(.*)"|“(.*)”|'(.*)'|‘(.*)’|\*\*(.*)\*\*|`(.*)`)$/su;

/**
 * The texts that a reply lists: a JSON list of texts (or of objects with one text each), JSON lines, or lines that are numbered or
 * have bullets. What stands around a list is passed over; where nothing is marked, every line is a text. Reasoning in <think>
 * tags, code fences, quotation marks and emphasis around a text are taken away.
 *
 * @returns in order, none of them blank; empty for a reply without text. A line is never split and never guessed at.
 */
export function parseList(reply: string): string[] {
  const said = withoutReasoning(reply)
    .replace(/^\s*```\w*\s*$/gm, "")
    .trim();
  const texts = jsonTexts(said) ?? lineTexts(said);
  return texts.map(bare).filter((text) => text !== "");
}

function lineTexts(said: string): string[] {
  const lines = said.split(/\r\n|[\r\n]/).filter((line) => line.trim() !== "");
  const marked = lines.filter((line) => MARK.test(line));
  return (marked.length > 0 ? marked : lines).map((line) => line.replace(MARK, ""));
}

/** Null where it is no JSON, or none that holds texts. */
function jsonTexts(said: string): string[] | null {
  const whole = parsed(said);
  if (whole !== undefined) return textsIn(whole);
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const values = lines.map((line) => parsed(line.replace(/,\s*$/, "")));
  return values.every((value) => value !== undefined) ? textsIn(values) : null;
}

function textsIn(value: unknown): string[] | null {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) {
    const inside = value.map(textsIn);
    return inside.every((texts) => texts !== null) ? inside.flat() : null;
  }
  if (typeof value !== "object" || value === null) return null;
  const [only, ...others] = Object.values(value) as unknown[];
  return others.length === 0 ? textsIn(only) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Without what stands around it. */
function bare(text: string): string {
  const trimmed = text.trim();
  const inside = QUOTES.exec(trimmed)
    ?.slice(1)
    .find((part) => part !== undefined);
  return inside === undefined ? trimmed : bare(inside);
}
