import { expect, test } from "vitest";
import { withChanges } from "./view-query";

test("values are put in place of others, taken away by null, and the rest stays", () => {
  expect(withChanges("a=1&b=2", { a: "3", b: null, c: "x y" })).toBe("a=3&c=x+y");
  expect(withChanges("a=1", { a: null })).toBe("");
});
