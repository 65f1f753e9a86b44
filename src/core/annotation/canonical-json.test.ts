import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json";

test("one value has one text, whatever the order of its keys", () => {
  expect(canonicalJson({ b: [1, null, "é\n"], a: { d: true, c: undefined } })).toBe(
    '{"a":{"d":true},"b":[1,null,"é\\n"]}',
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([
  [Number.NaN, "JSON cannot hold NaN; use null"],
  [[undefined], "JSON cannot hold undefined"],
])("refuses %j", (value, message) => {
  expect(() => canonicalJson(value)).toThrow(new RangeError(message));
});
