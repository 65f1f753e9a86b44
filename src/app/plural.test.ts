import { expect, test } from "vitest";
import { plural } from "./plural";

test("a number goes with the form of its words", () => {
  const questions = ["# question", "# questions"];
  expect(plural(1, questions)).toBe("1 question");
  expect(plural(1000, questions)).toBe("1,000 questions");
  expect(plural(0, ["it", "them"])).toBe("them");
});

test("a language with more forms than English gives its own rule", () => {
  const polish = (n: number) =>
    n === 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 10 || n % 100 >= 20) ? 1 : 2;
  const files = ["# plik", "# pliki", "# plików"];
  expect([1, 22, 5, 12].map((n) => plural(n, files, polish))).toEqual([
    "1 plik",
    "22 pliki",
    "5 plików",
    "12 plików",
  ]);
  expect(plural(5, ["# file", "# files"], polish)).toBe("5 files"); // not translated yet
});
