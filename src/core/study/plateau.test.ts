import { expect, test } from "vitest";
import { plateaued } from "./plateau";

const once = { patience: 1, minimumGain: 0 };

test("a rising score goes on", () => {
  expect(plateaued([0.5, 0.6, 0.7], 0.4, once)).toBe(false);
});

test("one cycle without a gain ends it at patience 1, not at patience 2", () => {
  expect(plateaued([0.5, 0.5], 0.4, once)).toBe(true);
  expect(plateaued([0.5, 0.5], 0.4, { ...once, patience: 2 })).toBe(false);
});

test("a gain smaller than the least that counts is none", () => {
  expect(plateaued([0.51], 0.5, { patience: 1, minimumGain: 0.02 })).toBe(true);
});

test("a cycle without a score counts as one without a gain", () => {
  expect(plateaued([null], 0.5, once)).toBe(true);
});

test("before the first cycle there is no plateau", () => {
  expect(plateaued([], null, once)).toBe(false);
});
