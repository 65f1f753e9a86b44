import fc from "fast-check";
import { expect, test } from "vitest";
import { guardFormulas, unguardFormulas } from "./formula-guard";

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-0.43", "'-0.43"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\tplain", "'\tplain"],
  ["\rplain", "'\rplain"],
  ["\r\n=1", "'\r\n'=1"],
  [" =1+1", "' =1+1"],
  ["\u00a0=1", "'\u00a0=1"],
  ["\u200b=1", "'\u200b=1"],
  ["＝1", "'＝1"],
  ["　＋1", "'　＋1"],
  ["safe\n=cmd", "safe\n'=cmd"],
  ["safe\r\n- a\r\n\r\n- b", "safe\r\n'- a\r\n\r\n'- b"],
  ["safe\r=cmd", "safe\r'=cmd"],
  ["'=1", "''=1"],
])("guards %j as %j", (text, guarded) => {
  expect(guardFormulas(text)).toBe(guarded);
  expect(unguardFormulas(guarded)).toBe(text);
});

test.each(["", "plain", "1 = 1", "a\n\nb", "'tis wrong", "'tis\nnot 1", "“quoted”", "it's - well"])(
  "leaves %j alone both ways",
  (text) => {
    expect(guardFormulas(text)).toBe(text);
    expect(unguardFormulas(text)).toBe(text);
  },
);

const pieces = [
  "=",
  "+",
  "-",
  "@",
  "＝",
  "\t",
  "\r",
  "\n",
  " ",
  "\u00a0",
  "\ufeff",
  "'",
  "a",
  '"',
  ",",
];
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join("")),
);

test("no line of a guarded text begins like a formula, and every text comes back exactly", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const guarded = guardFormulas(text);
      expect(guarded).not.toMatch(/^[ \t\v\f\p{Z}\p{Cf}]*[=+\-@＝＋－＠\t]/mu);
      expect(guarded).not.toMatch(/^\r/);
      expect(unguardFormulas(guarded)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test("takes a long run of blanks in linear time", () => {
  const text = `${"\ufeff\u00a0".repeat(100_000)}a`;
  const start = performance.now();
  guardFormulas(text);
  expect(performance.now() - start).toBeLessThan(1000);
});
