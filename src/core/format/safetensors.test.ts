import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSafetensors, writeSafetensors, type NamedTensor } from "./safetensors";

const FILE = "model.safetensors";

/** A file with this header, and `data` bytes after it. */
function fileOf(header: unknown, data = 0): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensors = fc.uniqueArray(
  fc
    .record({
      name: fc.string({ minLength: 1, unit: "grapheme" }).filter((name) => !name.startsWith("__")),
      rows: fc.integer({ min: 0, max: 4 }),
      columns: fc.integer({ min: 1, max: 5 }),
      fill: fc.float({ noNaN: true }),
    })
    .map(({ name, rows, columns, fill }): NamedTensor => ({
      name,
      shape: [rows, columns],
      data: new Float32Array(rows * columns).fill(fill),
    })),
  { selector: ({ name }) => name },
);

test("reads back what it wrote, whatever the names", () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const { metadata, tensors: read } = parseSafetensors(writeSafetensors(written), FILE);
      expect(metadata).toEqual({ format: "pt" });
      const back = [...read.values()].map(({ name, shape, read }) => ({
        name,
        shape,
        data: read(),
      }));
      const byName = (a: NamedTensor, b: NamedTensor) => (a.name < b.name ? -1 : 1);
      expect(back.sort(byName)).toEqual([...written].sort(byName));
    }),
    { numRuns: 50 },
  );
});

test("reads PyTorch's file of the tiny GPT-2", () => {
  const bytes = new Uint8Array(readFileSync("tests/fixtures/golden/tiny-gpt2.safetensors"));
  const { tensors } = parseSafetensors(bytes, FILE);
  expect(tensors.get("h.0.attn.c_attn.weight")!.shape).toEqual([32, 96]);
  expect(tensors.get("wte.weight")!.read()).toHaveLength(101 * 32);
});

test("reads from any offset in a larger buffer, as views of a download have", () => {
  const file = writeSafetensors([{ name: "w", shape: [2], data: Float32Array.of(1.5, -2) }]);
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  const { tensors } = parseSafetensors(shifted.subarray(3), FILE);
  expect([...tensors.get("w")!.read()]).toEqual([1.5, -2]);
});

test("reads F16 and BF16 as float32", () => {
  const header = {
    half: { dtype: "F16", shape: [1], data_offsets: [0, 2] },
    brain: { dtype: "BF16", shape: [1], data_offsets: [2, 4] },
  };
  const bytes = fileOf(header, 4);
  bytes.set([0x00, 0x3c, 0x40, 0xc0], bytes.length - 4);
  const { tensors } = parseSafetensors(bytes, FILE);
  expect([...tensors.get("half")!.read()]).toEqual([1]);
  expect([...tensors.get("brain")!.read()]).toEqual([-3]);
});

test("a file cut short at any place is refused by name, not read as garbage", () => {
  const file = writeSafetensors([{ name: "w", shape: [3], data: Float32Array.of(1, 2, 3) }]);
  for (let length = 0; length < file.length; length++) {
    expect(() => parseSafetensors(file.subarray(0, length), FILE)).toThrow(FILE);
  }
  expect(() => parseSafetensors(file.subarray(0, -1), FILE)).toThrow(
    "cut short: w ends at byte 12",
  );
});

test.each([
  ["not JSON", "{", "the header is not JSON"],
  ["bytes that are no text", "\u00ff{", "the header is not JSON"],
  [
    "an unknown type",
    { w: { dtype: "F4", shape: [1], data_offsets: [0, 1] } },
    "w has the unknown type F4",
  ],
  [
    "a shape that disagrees",
    { w: { dtype: "F32", shape: [2], data_offsets: [0, 4] } },
    "w is F32 [2] but spans 4",
  ],
  [
    "a negative offset",
    { w: { dtype: "F32", shape: [1], data_offsets: [-4, 0] } },
    "w: data_offsets",
  ],
  ["no shape", { w: { dtype: "F32", data_offsets: [0, 4] } }, "w: shape"],
])("refuses %s", (_, header, message) => {
  expect(() => parseSafetensors(fileOf(header, 8), FILE)).toThrow(message);
});

test("a web page served in place of the file is refused", () => {
  const page = new TextEncoder().encode("<!doctype html><html></html>");
  expect(() => parseSafetensors(page, FILE)).toThrow("model.safetensors is not a safetensors file");
});

test("whole numbers are refused when they are read, so that mask buffers of any type do no harm", () => {
  const header = { mask: { dtype: "U8", shape: [4], data_offsets: [0, 4] } };
  const { tensors } = parseSafetensors(fileOf(header, 4), FILE);
  expect(() => tensors.get("mask")!.read()).toThrow("mask is U8; only F32, F16 and BF16");
});

test("will not write what could not be read back", () => {
  const tensor = { name: "w", shape: [2], data: new Float32Array(2) };
  expect(() => writeSafetensors([tensor, tensor])).toThrow("two tensors are named w");
  expect(() => writeSafetensors([{ ...tensor, shape: [3] }])).toThrow(
    "w has shape [3] but 2 values",
  );
});
