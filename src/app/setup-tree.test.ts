import { expect, test } from "vitest";
import { getAt, isSame, setAt } from "./setup-tree";

const tree = { preset: "report", ppo: { gamma: 0.9 }, list: [1] };

test("a value is set without changing the tree given, groups made on the way", () => {
  expect(setAt(tree, ["ppo", "lambda"], 1)).toEqual({ ...tree, ppo: { gamma: 0.9, lambda: 1 } });
  expect(setAt(tree, ["sft", "steps"], null)).toEqual({ ...tree, sft: { steps: null } });
  expect(tree).toEqual({ preset: "report", ppo: { gamma: 0.9 }, list: [1] });
});

test("undefined takes a value away, and the group that it leaves empty", () => {
  expect(setAt(tree, ["ppo", "gamma"], undefined)).toEqual({ preset: "report", list: [1] });
  expect(setAt(tree, ["sft", "steps"], undefined)).toEqual(tree);
});

test("a path that leads nowhere reads as undefined", () => {
  expect(getAt(tree, ["ppo", "gamma"])).toBe(0.9);
  expect(getAt(tree, ["ppo", "gamma", "more"])).toBeUndefined();
  expect(getAt(tree, ["list", "0"])).toBeUndefined();
});

test("lists are the same by their items", () => {
  expect(isSame([1, "a"], [1, "a"])).toBe(true);
  expect(isSame([1], ["1"])).toBe(false);
});
