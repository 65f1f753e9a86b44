import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRecords } from "./csv-records";
import type { SourceRecord } from "./record";

async function* inParts(text: string, size: number): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size);
}

async function readAll(text: string, size = text.length) {
  const records: SourceRecord[] = [];
  const rejected: unknown[] = [];
  for await (const batch of csvRecords(inParts(text, size), "t.csv")) {
    records.push(...batch.records);
    rejected.push(...batch.rejected);
  }
  return { records, rejected };
}

const tricky = fc.constantFrom("", "a", '"', '""', ' "a" ', "a,b", "a\nb", "c\r\nd", "ünï “q”");

test.each(["\n", "\r\n"])("rows ended by %j are read alike wherever parts end", async (end) => {
  const table = fc.array(fc.tuple(tricky, tricky), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = [["x", "y"], ...rows].map((row) => row.map(quoted).join() + end).join("");
      const whole = await readAll(text);
      expect(whole.rejected).toEqual([]);
      expect(whole.records.map(({ values }) => [values["x"], values["y"]])).toEqual(rows);
      expect(await readAll(text, size)).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test("a fault is told alike wherever parts end", async () => {
  const text = 'x,y\n1,2\n3\n"a" b,4\n5,6\n7,"8\n';
  const whole = await readAll(text);
  expect(whole.records.map(({ row }) => row)).toEqual([2]);
  expect(whole.rejected).toMatchObject([
    { row: 3, column: "y" },
    { row: 4, reason: expect.stringContaining("2 lines after it were taken") as string },
  ]);
  for (let size = 1; size < text.length; size++) expect(await readAll(text, size)).toEqual(whole);
});

test("blank lines before the header are passed over, and rows keep their numbers in the file", async () => {
  const text = "\n  \r\nx,y\n1,2\n3\n";
  const whole = await readAll(text);
  expect(whole.records.map(({ row, values }) => [row, values["x"]])).toEqual([[4, "1"]]);
  expect(whole.rejected).toMatchObject([{ row: 5 }]);
  for (let size = 1; size < text.length; size++) expect(await readAll(text, size)).toEqual(whole);
});

test("a line that ends otherwise than the header leaves nothing of its end in the last cell", async () => {
  const { records } = await readAll("x,y\n1,a\r\n2,b\n");
  expect(records.map(({ values }) => values["y"])).toEqual(["a", "b"]);
});

test("a file of blank lines alone has no text, however long it is", async () => {
  const blank = "\n".repeat(6_000_000);
  await expect(readAll(blank, 65_536)).rejects.toThrow("the file has no text");
});
