import * as v from "valibot";
import { expect, test } from "vitest";
import { AdapterConfig, adapterScaling } from "./config";

test("the defaults are PEFT's", () => {
  expect(v.parse(AdapterConfig, {})).toEqual({
    rank: 8,
    loraAlpha: 8,
    loraDropout: 0,
    targetModules: ["c_attn"],
    useRslora: false,
  });
});

test("scaling is α/r, or α/√r when rank-stabilised", () => {
  expect(adapterScaling({ rank: 4, loraAlpha: 8, useRslora: false })).toBe(2);
  expect(adapterScaling({ rank: 4, loraAlpha: 8, useRslora: true })).toBe(4);
});

test.each([
  { rank: 0 },
  { rank: 2.5 },
  { loraAlpha: 0 },
  { loraDropout: 1 },
  { targetModules: [] },
  { dora: true },
])("refuses %o", (settings) => {
  expect(v.safeParse(AdapterConfig, settings).success).toBe(false);
});
