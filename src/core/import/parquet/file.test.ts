import { readdirSync, readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { readRowGroups } from "./file";

const FOLDER = "tests/fixtures/import/";
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".parquet"));
const bytesOf = (name: string) => new Uint8Array(readFileSync(FOLDER + name));

async function rowsOf(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const group of readRowGroups(new Uint8Array(bytes).buffer)) {
    for (let i = 0; i < group.rows; i++) {
      rows.push(Object.fromEntries(group.columns.map(([name, values]) => [name, values[i]])));
    }
  }
  return rows;
}

describe.each(files)("%s", (name) => {
  test("gives what hyparquet makes of it by itself", async () => {
    const expected = await parquetReadObjects({ file: bytesOf(name).buffer });
    expect(await rowsOf(bytesOf(name))).toEqual(expected);
  });
});

test("lists, structs, dates and missing values of other writers come as they were written", async () => {
  for (const name of ["arrow-1.parquet", "arrow-2.parquet"]) {
    const rows = await rowsOf(bytesOf(name));
    expect(rows).toHaveLength(40);
    expect(rows[13]).toEqual({
      question_id: 4n,
      question: "May one do thing 4?",
      paraphrased: "Is it right to do thing 4, way 1?",
      model_output: "Answer 13 of many.",
      topic: "honesty",
      score: 0.325,
      reviewed: false,
      raters: ["rater 0"],
      source: { name: "a", page: 13 },
      at: new Date("2026-01-14"),
    });
    expect(rows[10]).toMatchObject({ model_output: null, source: { name: null } });
    expect(rows[10]!["raters"] ?? null).toBeNull();
  }
});

/** A page of one column of whole numbers, in a file with nothing else. */
function fileOf(page: { header: number[]; body: number[] }, { rows = 4 } = {}) {
  const bytes = [...page.header, ...page.body];
  const small = (field: number, type: number, ...value: number[]) => [
    (field << 4) | type,
    ...value,
  ];
  const i32 = (step: number, value: number) => small(step, 5, ...varint(2 * value));
  const i64 = (step: number, value: number) => small(step, 6, ...varint(2 * value));
  const text = (step: number, value: string) => small(step, 8, value.length, ...Buffer.from(value));
  const list = (step: number, type: number, ...entries: number[][]) => [
    ...small(step, 9),
    (entries.length << 4) | type,
    ...entries.flat(),
  ];
  const column = [
    ...i32(1, 1), // INT32
    ...list(1, 5, varint(0)),
    ...list(1, 8, [1, 97]), // a
    ...i32(1, 0), // without compression
    ...i64(1, rows),
    ...i64(1, bytes.length),
    ...i64(1, bytes.length),
    ...i64(2, 4), // where it begins
    0,
  ];
  const group = [
    ...list(1, 12, [...i64(2, 4), ...small(1, 12), ...column, 0]),
    ...i64(1, bytes.length),
    ...i64(1, rows),
    0,
  ];
  const footer = [
    ...i32(1, 1),
    ...list(
      1,
      12,
      [...text(4, "root"), ...i32(1, 1), 0],
      [...i32(1, 1), ...i32(2, 0), ...text(1, "a"), 0],
    ),
    ...i64(1, rows),
    ...list(1, 12, group),
    0,
  ];
  const length = [footer.length & 255, footer.length >> 8, 0, 0];
  return new Uint8Array([
    ...Buffer.from("PAR1"),
    ...bytes,
    ...footer,
    ...length,
    ...Buffer.from("PAR1"),
  ]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** A data page of the first kind. */
function pageOf(encoding: number, body: number[], count: number, size = body.length) {
  const i32 = (value: number) => [0x15, ...varint(2 * value)];
  const inner = [...i32(count), ...i32(encoding), ...i32(3), ...i32(3), 0];
  return { header: [...i32(0), ...i32(size), ...i32(size), 0x2c, ...inner, 0], body };
}

const [PLAIN, RLE_DICTIONARY, DELTA] = [0, 8, 5];
const four = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0];

test("a sound file of the tests' own making is read", async () => {
  const rows = await rowsOf(fileOf(pageOf(PLAIN, four, 4)));
  expect(rows).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }]);
});

describe("is refused before any work is done for it:", () => {
  const huge = 2 ** 30;
  const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
    [
      "a run of a billion values in a page of four",
      fileOf(pageOf(RLE_DICTIONARY, [2, ...varint(2 * huge - 2), 0], 4)),
      /a run in it is longer than its page/,
    ],
    ["a page of a billion values", fileOf(pageOf(PLAIN, four, huge)), /up to 16777216 must be/],
    [
      "a run of packed values that are not there",
      fileOf(pageOf(RLE_DICTIONARY, [2, ...varint(2 * 1000 + 1), 0], 4)),
      /its bytes end too early/,
    ],
    [
      "blocks of differences without end",
      fileOf(pageOf(DELTA, [0, 0, 4, 0], 4)),
      /its blocks of differences are not sound/,
    ],
    [
      "a page that is larger than its column",
      fileOf(pageOf(PLAIN, four, 4, huge)),
      /end too early/,
    ],
    [
      "more rows than values",
      fileOf(pageOf(PLAIN, four, 4), { rows: 5 }),
      /has 4 values for 5 rows/,
    ],
    ["rows without end", fileOf(pageOf(PLAIN, four, 4), { rows: 2 ** 31 - 1 }), /2 million rows/],
  ];
  test.each(refusals)("%s", async (_, bytes, message) => {
    await expect(rowsOf(bytes)).rejects.toThrow(message);
  });
});
