import fc from "fast-check";
import { expect, test } from "vitest";
import { type Stretch, wordDiff } from "./word-diff";

const marked = (side: readonly Stretch[]) =>
  side.map(({ text, common }) => (common ? text : `[${text}]`)).join("");
const diff = (left: string, right: string) => wordDiff(left, right)!.map(marked);

test.each([
  ["Lying is wrong.", "Lying is never wrong.", "Lying is wrong.", "Lying is [never] wrong."],
  ["Yes, always", "yes always!", "Yes, always", "yes always!"],
  ["a b c d", "b x d", "[a] b [c] d", "b [x] d"],
  ["", "No.", "", "[No.]"],
  ["One.\nTwo. ", "One. ", "One.\n[Two. ]", "One. "],
  ["– ?", "– !", "– [?]", "– [!]"],
  ["Größe zählt", "größe ZÄHLT nicht", "Größe zählt", "größe ZÄHLT [nicht]"],
])("%j and %j differ by the words marked", (left, right, markedLeft, markedRight) => {
  expect(diff(left, right)).toEqual([markedLeft, markedRight]);
});

const word = fc.constantFrom("a", "b", "c,", "D", ".");
const text = fc
  .array(fc.tuple(word, fc.constantFrom(" ", "\n", "  ")))
  .map((parts) => parts.flat().join(""));

test("the stretches of each side are its text, and alternate", () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), fc.oneof(text, fc.string()), (left, right) => {
      const sides = wordDiff(left, right)!;
      expect(sides.map((side) => side.map((stretch) => stretch.text).join(""))).toEqual([
        left,
        right,
      ]);
      for (const side of sides) {
        expect(side.every(({ common }, i) => common !== side[i - 1]?.common)).toBe(true);
      }
    }),
  );
});

test("both sides have the same words in common, as many as a search over all subsequences finds", () => {
  const tokens = (side: string) => side.split(" ").filter((part) => part !== "");
  const longest = (a: readonly string[], b: readonly string[]): number => {
    if (a.length === 0 || b.length === 0) return 0;
    const [[x, ...restA], [y, ...restB]] = [a, b];
    return x === y ? 1 + longest(restA, restB) : Math.max(longest(restA, b), longest(a, restB));
  };
  const few = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 7 });
  fc.assert(
    fc.property(few, few, (a, b) => {
      const common = wordDiff(a.join(" "), b.join(" "))!.map((side) =>
        tokens(side.flatMap(({ text, common }) => (common ? text : [])).join(" ")),
      );
      expect(common[0]).toEqual(common[1]);
      expect(common[0]).toHaveLength(longest(a, b));
    }),
  );
});

test("texts too long to compare are refused, not compared for minutes", () => {
  const long = "word ".repeat(2001);
  expect(wordDiff(long, long)).toBeNull();
  expect(wordDiff(long, "word")).not.toBeNull();
});
