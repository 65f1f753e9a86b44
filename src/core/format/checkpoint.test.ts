import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Checkpoint, Json } from "../study/checkpoint";
import { readCheckpoint, writeCheckpoint } from "./checkpoint";
import { CheckpointError, CHUNK_BYTES } from "./checkpoint-manifest";
import type { ByteDigest } from "./project/manifest";

const digest: ByteDigest = async (bytes) => createHash("sha256").update(bytes).digest("hex");

interface Stored {
  manifest: Uint8Array;
  readonly chunks: Uint8Array[];
}

async function stored(checkpoint: Checkpoint, savedAt = 1): Promise<Stored> {
  const chunks: Uint8Array[] = [];
  const manifest = await writeCheckpoint(checkpoint, savedAt, digest, async (index, bytes) => {
    chunks[index] = bytes;
  });
  return { manifest, chunks };
}

const read = ({ manifest, chunks }: Stored) =>
  readCheckpoint(manifest, digest, async (index) => chunks[index] ?? null);

const small: Checkpoint = {
  phase: { kind: "ppo", cycle: 2 },
  step: 40,
  state: { klCoefficient: 0.2, health: [{ since: 3 }, null] },
  tensors: {
    "adapter.h.0": { shape: [2, 3], values: Float32Array.of(1, -0, NaN, Infinity, 1e-40, 5) },
    valueHead: { shape: [], values: Float32Array.of(7) },
    empty: { shape: [0, 4], values: new Float32Array() },
  },
};

const json = fc
  .jsonValue({ noUnicodeString: false })
  .map((value) => JSON.stringify(value)) // which has no −0
  .filter((text) => !/"(__proto__|constructor|toString|valueOf)":/.test(text))
  .map((text) => JSON.parse(text) as Json);
const tensor = fc
  .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 20 })
  .map((bits) => ({
    shape: [bits.length],
    values: new Float32Array(Uint32Array.from(bits).buffer), // any bits: NaN payloads too
  }));

test("a checkpoint comes back as it was, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1000),
      json,
      fc.dictionary(fc.string({ minLength: 1 }), tensor, { noNullPrototype: true }),
      async (step, state, tensors) => {
        const checkpoint: Checkpoint = { phase: { kind: "lora", cycle: 1 }, step, state, tensors };
        const back = await read(await stored(checkpoint, 5));
        expect(back.savedAt).toBe(5);
        expect(back.checkpoint.phase).toEqual(checkpoint.phase);
        expect([back.checkpoint.step, back.checkpoint.state]).toEqual([step, state]);
        expect(Object.keys(back.checkpoint.tensors).sort()).toEqual(Object.keys(tensors).sort());
        for (const [name, { shape, values }] of Object.entries(tensors)) {
          const again = back.checkpoint.tensors[name]!;
          expect(again.shape).toEqual(shape);
          expect(new Uint32Array(again.values.buffer)).toEqual(new Uint32Array(values.buffer));
        }
      },
    ),
  );
});

test("tensors that cross chunks come back whole, and no chunk is above 8 MB", async () => {
  const count = 5_000_003;
  const values = Float32Array.from({ length: count }, (_, i) => i);
  const checkpoint = { ...small, tensors: { ...small.tensors, large: { shape: [count], values } } };
  const written = await stored(checkpoint);
  expect(written.chunks.map(({ length }) => length)).toEqual([
    CHUNK_BYTES,
    CHUNK_BYTES,
    4 * (count + 7) - 2 * CHUNK_BYTES,
  ]);
  const { tensors } = (await read(written)).checkpoint;
  expect(Buffer.compare(bytesOf(tensors["large"]!.values), bytesOf(values))).toBe(0);
  expect(tensors["valueHead"]!.values).toEqual(Float32Array.of(7));
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

test("promise 3: a checkpoint with any byte of it flipped, or cut anywhere, is refused", async () => {
  const { manifest, chunks } = await stored(small);
  const parts = [manifest, chunks[0]!];
  for (const [part, bytes] of parts.entries()) {
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << (at % 8);
      for (const damaged of [flipped, bytes.subarray(0, at)]) {
        const stored = part === 0 ? { manifest: damaged, chunks } : { manifest, chunks: [damaged] };
        await expect(read(stored), `part ${part}, byte ${at}`).rejects.toThrow(CheckpointError);
      }
    }
  }
});

test("a missing chunk is refused by name", async () => {
  const { manifest } = await stored(small);
  await expect(read({ manifest, chunks: [] })).rejects.toThrow(
    "chunk 0 of the checkpoint is missing",
  );
});

test("a newer version is refused, naming both", async () => {
  const newer = new TextEncoder().encode('{"format":"steadfast-checkpoint","version":2}');
  await expect(read({ manifest: newer, chunks: [] })).rejects.toThrow(
    "the checkpoint's version is 2, newer than this program's 1; reload the page",
  );
});

test("a manifest that proves itself but asks for too much memory is refused", async () => {
  const { manifest } = await stored({ ...small, tensors: {} });
  const body = JSON.parse(new TextDecoder().decode(manifest)) as Record<string, unknown>;
  delete body["checksum"];
  const tensors = [{ name: "a", offset: 0, shape: [1e9] }];
  const sorted = Object.entries({ ...body, tensors }).sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(sorted)));
  const whole = [...sorted, ["checksum", await digest(bytes)] as const];
  whole.sort(([a], [b]) => (a < b ? -1 : 1));
  const forged = new TextEncoder().encode(JSON.stringify(Object.fromEntries(whole)));
  await expect(read({ manifest: forged, chunks: [] })).rejects.toThrow("a is too large");
});

test("what could not be read again is not written", async () => {
  const wrong = { shape: [2], values: Float32Array.of(1) };
  await expect(stored({ ...small, tensors: { wrong } })).rejects.toThrow(
    "wrong has shape [2] but 1 values",
  );
  await expect(stored({ ...small, state: { loss: NaN } })).rejects.toThrow("JSON");
});
