import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../../tests/backends";
import { promptTensor, sharePrompts } from "./prompts";

beforeAll(() => useBackend("cpu"));

test("rows of the same prompt share it, in the order of first appearance", () => {
  expect(sharePrompts([[1, 2], [12], [1, 2], [1]])).toEqual({
    prompts: [[1, 2], [12], [1]],
    rows: [
      { row: 0, prompt: 0, promptLength: 2 },
      { row: 1, prompt: 1, promptLength: 1 },
      { row: 2, prompt: 0, promptLength: 2 },
      { row: 3, prompt: 2, promptLength: 1 },
    ],
  });
});

test("shorter prompts are padded on the right", () => {
  const table = promptTensor([[5, 6, 7], [8]]);
  expect(table.arraySync()).toEqual([
    [5, 6, 7],
    [8, 0, 0],
  ]);
  table.dispose();
});
