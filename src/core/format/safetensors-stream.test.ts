import fc from "fast-check";
import { expect, test } from "vitest";
import { writeSafetensors } from "./safetensors";
import { openSafetensors } from "./safetensors-stream";

const tensors = [
  { name: "a", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: "mask", shape: [4], data: new Float32Array(4) },
  { name: "b", shape: [1], data: Float32Array.of(-7) },
];
const file = writeSafetensors(tensors);

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(parts: AsyncIterable<Uint8Array>) {
  const found: Record<string, number[]> = {};
  const stream = await openSafetensors(parts, "x");
  for await (const { name, values } of stream.tensors((name) => name !== "mask")) {
    found[name] = [...values];
  }
  return found;
}

test("whatever the pieces, the wanted tensors come out whole", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: file.length + 1 }), async (size) => {
      expect(await read(pieces(file, size))).toEqual({ a: [1, 2, 3, 4, 5, 6], b: [-7] });
    }),
  );
});

test("a file that is cut short is refused by the tensor that lacks bytes", async () => {
  await expect(read(pieces(file.subarray(0, -1), 16))).rejects.toThrow(
    "x is cut short: it ends 1 bytes before the end of b; load it again",
  );
  await expect(read(pieces(file.subarray(0, 20), 16))).rejects.toThrow("the end of its header");
  await expect(read(pieces(file.subarray(0, 3), 16))).rejects.toThrow("the end of its length");
});

test("reading ends the source, also when it is broken off", async () => {
  let ended = 0;
  async function* source() {
    try {
      yield* pieces(file, 8);
    } finally {
      ended++;
    }
  }
  const stream = await openSafetensors(source(), "x");
  for await (const tensor of stream.tensors(() => true)) {
    expect(tensor.name).toBe("a");
    break;
  }
  expect(ended).toBe(1);
});
