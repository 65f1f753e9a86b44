import { withoutReasoning } from "../chat/reasoning";

const LABEL = /^\W*(?:the )?(?:rule of thumb|rot)\W*?[:–-]\s*/iu;
const AROUND = /^[\s"'“”‘’*_`•-]+|[\s"'“”‘’*_`]+$/gu;

/**
 * The Rule of Thumb that a reply gives: its first line with text, without a label, a bullet or quotation marks.
 * @returns "" where there is none.
 */
export function parseRot(reply: string): string {
  const lines = withoutReasoning(reply)
    .split(/[\r\n]+/)
    .map((line) => line.replace(LABEL, "").replaceAll(AROUND, ""));
  return lines.find((line) => line !== "") ?? "";
}
