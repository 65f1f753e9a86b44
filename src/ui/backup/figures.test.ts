import { expect, test } from "vitest";
import { bytesText } from "./figures";

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_234, "1.2 kB"],
  [56_789_000, "57 MB"],
  [10_737_418_240, "11 GB"],
])("%i bytes are written %j", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
