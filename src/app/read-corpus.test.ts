import { expect, test } from "vitest";
import { decodeText, nameOfPasted } from "./read-corpus";

const csv = "question_id,question,paraphrased\n1,May one lie?,Is lying fine?\n";

test("pasted text is JSON if it begins like a list, else CSV", () => {
  expect(nameOfPasted(' \n[{"id": 1}]')).toBe("pasted.json");
  expect(nameOfPasted(csv)).toBe("pasted.csv");
});

test("text that is not UTF-8 is refused with a remedy", () => {
  expect(decodeText(new TextEncoder().encode("“é”"), "a.csv")).toBe("“é”");
  expect(() => decodeText(Uint8Array.of(0x93, 0xe9, 0x94), "a.csv")).toThrow(
    "a.csv: the text is not encoded in UTF-8",
  );
});
