import fc from "fast-check";
import { expect, test } from "vitest";
import { parseList } from "./parse";

test.each([
  ["numbered lines", "Here are two:\n\n1. May I lie?\n2) Is lying fine?\n", ["May I lie?", "Is lying fine?"]], // prettier-ignore
  ["numbers in brackets", "(1) May I lie?\n(12) Is lying fine?", ["May I lie?", "Is lying fine?"]],
  ["bullets", "- May I lie?\n• Is lying fine?\n* Lie or not?", ["May I lie?", "Is lying fine?", "Lie or not?"]], // prettier-ignore
  ["plain lines", "May I lie?\r\n\r\nIs lying fine?", ["May I lie?", "Is lying fine?"]],
  ["a JSON list", '["May I lie?", "Is lying fine?"]', ["May I lie?", "Is lying fine?"]],
  ["a JSON object with a list", '{"wordings": ["May I lie?"]}', ["May I lie?"]],
  ["JSON lines in a fence", '```json\n{"q": "May I lie?"},\n{"q": "Is lying fine?"}\n```', ["May I lie?", "Is lying fine?"]], // prettier-ignore
  ["quotation marks and emphasis", "1. “May I lie?”\n2. **Is lying fine?**\n3. \"'Lie?'\"", ["May I lie?", "Is lying fine?", "Lie?"]], // prettier-ignore
  ["reasoning before", "<think>1. not this\n</think>\n1. May I lie?", ["May I lie?"]],
  ["reasoning that was cut", "<think>\n1. not this\nnor this", []],
  ["a hyphen or a number within a text", "Is half-truth a lie?\nAre 2. chances fair?", ["Is half-truth a lie?", "Are 2. chances fair?"]], // prettier-ignore
  ["a text that stands in quotation marks in part", 'Is "white" a lie?', ['Is "white" a lie?']],
  ["nothing", " \n ", []],
  ["broken JSON, line by line", '["May I lie?",\n"Is', ['["May I lie?",', '"Is']],
])("%s", (_, reply, texts) => {
  expect(parseList(reply)).toEqual(texts);
});

test("whatever a model writes, texts are trimmed, not blank, and made of what it wrote", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (reply) => {
      for (const text of parseList(reply)) {
        expect(text.trim()).toBe(text);
        expect(text).not.toBe("");
      }
    }),
  );
});

test("a list of lines without marks of their own comes back whole, however it is written", () => {
  const line = fc.stringMatching(/^[A-Z][a-z]{1,9}( [a-z]{1,9}){1,5}\?$/);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
      for (const written of [
        lines.map((text, i) => `${i + 1}. ${text}`).join("\n"),
        lines.map((text) => `* "${text}"`).join("\n"),
        lines.join("\n\n"),
        JSON.stringify(lines),
        lines.map((text) => JSON.stringify({ text })).join("\n"),
      ]) {
        expect(parseList(written)).toEqual(lines);
      }
    }),
  );
});
