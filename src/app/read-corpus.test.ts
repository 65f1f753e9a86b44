import { expect, test } from "vitest";
import { decodeText, nameOfPasted, readCorpus } from "./read-corpus";

const csv = "question_id,question,paraphrased\n1,May one lie?,Is lying fine?\n";

test("the file's ending decides how it is read", () => {
  expect(readCorpus(csv, "Mine.CSV")).toMatchObject({ name: "Mine", recordedModel: null });
  expect(() => readCorpus(csv, "mine.json")).toThrow("mine.json: this is not JSON");
  expect(() => readCorpus(csv, "mine.xlsx")).toThrow(
    "mine.xlsx: this is no corpus. Choose a .csv or a .json file.",
  );
});

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
