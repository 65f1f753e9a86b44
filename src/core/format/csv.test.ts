import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv, toCsv } from "./csv";
import { InputError } from "./input-error";

test("reads quoted cells, counting rows as a spreadsheet does", () => {
  const text = '\ufeff"id", text \r\n1,"a ""b"", c\nd"\r\n\r\n2,\r\n';
  expect(parseCsv(text, "x.csv", ["id", "text"])).toEqual({
    columns: ["id", "text"],
    rows: [
      { row: 2, values: { id: "1", text: 'a "b", c\nd' } },
      { row: 4, values: { id: "2", text: "" } },
    ],
  });
});

test("a column without a name, such as pandas' index, is passed over", () => {
  const { columns, rows } = parseCsv(",id\n0,7\n", "x.csv", ["id"]);
  expect(columns).toEqual(["id"]);
  expect(rows[0]!.values.id).toBe("7");
});

test("a header named like an object's internals is only a name", () => {
  const { rows } = parseCsv("id,__proto__\n1,2\n", "x.csv", ["id"]);
  expect(rows[0]!.values["__proto__"]).toBe("2");
  expect(({} as Record<string, unknown>)["2"]).toBeUndefined();
});

test.each([
  {
    fault: "a missing column",
    text: "id,txt\n1,a\n",
    row: 1,
    column: "text",
    message:
      'x.csv, row 1, column "text": the column is missing; the file has "id", "txt". Name the column so in the first row.',
  },
  {
    fault: "semicolons",
    text: "id;text\n1;a\n",
    row: 1,
    column: "id",
    message:
      'x.csv, row 1, column "id": the column is missing; the file has "id;text". Name the column so in the first row. Save it with commas between the columns.',
  },
  {
    fault: "an empty file",
    text: "",
    row: 1,
    column: "id",
    message:
      'x.csv, row 1, column "id": the column is missing; the file has no header. Name the column so in the first row.',
  },
  {
    fault: "a doubled column",
    text: "id,text,id\n1,a,2\n",
    row: 1,
    column: "id",
    message: 'x.csv, row 1, column "id": two columns have this name. Rename or remove one of them.',
  },
  {
    fault: "a short row",
    text: "id,text\n1,a\n2\n",
    row: 3,
    column: "text",
    message:
      'x.csv, row 3, column "text": the row has 1 cells where the header has 2. Put "…" round text with commas or line breaks, and write "" for a quote inside.',
  },
  {
    fault: "a long row",
    text: "id,text\n1,a, b\n",
    row: 2,
    column: "text",
    message:
      'x.csv, row 2, column "text": the row has 3 cells where the header has 2. Put "…" round text with commas or line breaks, and write "" for a quote inside.',
  },
  {
    fault: "an unclosed quote",
    text: 'id,text\n1,a\n2,"b\n3,c\n',
    row: 3,
    column: "text",
    message:
      'x.csv, row 3, column "text": a quote is opened and never closed. Close the text with ".',
  },
  {
    fault: "text after a closing quote",
    text: 'id,text\n1,"a"b\n2,"c"\n',
    row: 2,
    column: "text",
    message:
      'x.csv, row 2, column "text": text follows a closing quote. Write a quote inside text as "".',
  },
])("refuses $fault, naming file, row, column and remedy", ({ text, row, column, message }) => {
  const read = () => parseCsv(text, "x.csv", ["id", "text"]);
  expect(read).toThrow(InputError);
  expect(read).toThrow(
    expect.objectContaining({ name: "InputError", file: "x.csv", row, column, message }) as Error,
  );
});

test("writes RFC 4180: CRLF, quotes only where needed, numbers in full, null as nothing", () => {
  const rows = [
    { id: 1, text: 'say "no", then\ngo', weight: 0.1 + 0.2 },
    { id: 2, text: "-0.43", weight: -0.43 },
    { id: 3, text: " padded", weight: null },
  ];
  expect(toCsv(["id", "text", "weight"], rows)).toBe(
    "id,text,weight\r\n" +
      '1,"say ""no"", then\ngo",0.30000000000000004\r\n' +
      "2,'-0.43,-0.43\r\n" +
      '3," padded",\r\n',
  );
});

test("refuses to write a number that is not finite", () => {
  expect(() => toCsv(["x"], [{ x: Number.NaN }])).toThrow("cannot write NaN to a table; use null");
});

const cell = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom("=", "-", "@", "\t", "\r", "\n", "\r\n", " ", "'", '"', ",", "a", "\ufeff"),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);

test.each([[["a"]], [["a", "b"]], [["a", "b", "c"]]])(
  "every text written comes back, columns %j",
  (columns) => {
    const row = fc.record(Object.fromEntries(columns.map((column) => [column, cell])));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const table = parseCsv(toCsv(columns, rows), "x.csv", columns);
        expect(table.columns).toEqual(columns);
        expect(table.rows.map(({ values }) => values)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  },
);

test("every finite number written comes back", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      const { rows } = parseCsv(toCsv(["x"], [{ x }]), "x.csv", ["x"]);
      expect(Number(rows[0]!.values.x)).toBe(x === 0 ? 0 : x); // String(-0) is "0"
    }),
  );
});
