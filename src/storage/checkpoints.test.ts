import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { byteDigest as digest } from "../../tests/project/archive";
import { CHUNK_BYTES } from "../core/format/checkpoint-manifest";
import type { Checkpoint, TrainingPhase } from "../core/study/checkpoint";
import { stream } from "../core/random";
import { checkpointsOf, collectOrphans, loadCheckpoint, saveCheckpoint } from "./checkpoints";
import { type Database, openDatabase } from "./db";

const lora: TrainingPhase = { kind: "lora", cycle: 1 };
const ppo: TrainingPhase = { kind: "ppo", cycle: 1 };

function checkpointAt(step: number, phase = lora, size = 40): Checkpoint {
  const values = Float32Array.from({ length: size }, (_, i) => step + i / 7);
  return { phase, step, state: { seen: step }, tensors: { a: { shape: [size], values } } };
}

const save = (db: Database, checkpoint: Checkpoint, keep = 2, runId = "r") =>
  saveCheckpoint(db, runId, checkpoint, keep, digest);
const load = (db: Database, phase = lora) => loadCheckpoint(db, "r", phase, digest);
const stepsOf = async (db: Database, runId = "r") =>
  (await checkpointsOf(db, runId)).map(({ phase, step }) => `${phase.kind} ${step}`);

afterEach(() => void vi.restoreAllMocks());

test("the newest checkpoint of a phase comes back as it was", async () => {
  const db = await openDatabase({ name: "newest" });
  for (const step of [25, 50]) await save(db, checkpointAt(step));
  await save(db, checkpointAt(3, ppo));
  expect(await load(db)).toEqual({ checkpoint: checkpointAt(50), refused: [] });
  expect(await load(db, ppo)).toEqual({ checkpoint: checkpointAt(3, ppo), refused: [] });
  expect(await load(db, { kind: "ppo", cycle: 2 })).toEqual({ checkpoint: null, refused: [] });
});

test("of the phase that trains the last k stay, of those before it the last one, with their chunks", async () => {
  const db = await openDatabase({ name: "keep" });
  for (const step of [1, 2, 3]) await save(db, checkpointAt(step));
  expect(await stepsOf(db)).toEqual(["lora 3", "lora 2"]);
  await save(db, checkpointAt(1, lora), 2, "another");
  for (const step of [1, 2, 3, 4]) await save(db, checkpointAt(step, ppo), 3);
  expect(await stepsOf(db)).toEqual(["ppo 4", "ppo 3", "ppo 2", "lora 3"]);
  expect(await stepsOf(db, "another")).toEqual(["lora 1"]);
  expect(await db.count("checkpointChunks")).toBe(5);
});

test("promise 3: one byte flipped or cut at 200 random places: refused 200 times, and the previous one is offered", async () => {
  const db = await openDatabase({ name: "hostile" });
  const draw = stream(7, "places");
  const previous = checkpointAt(25);
  const newest = checkpointAt(50, lora, CHUNK_BYTES / 4 + 1000); // two chunks
  let refusals = 0;
  await save(db, previous);
  await save(db, newest);
  const row = (await db.get("checkpoints", ["r", 2]))!;
  const chunks = [(await db.get("checkpointChunks", ["r", 2, 0]))!];
  chunks.push((await db.get("checkpointChunks", ["r", 2, 1]))!);
  for (let place = 0; place < 200; place++) {
    // As many in the manifest as in the chunks, and as many in the small one as in the large.
    const part = place % 4 < 2 ? null : chunks[place % 4 === 2 ? 0 : 1]!;
    const damaged = damage(part?.bytes ?? row.manifest, draw, place % 8 < 4);
    for (const chunk of chunks) await db.put("checkpointChunks", chunk);
    if (part === null) await db.put("checkpoints", { ...row, manifest: damaged });
    else {
      await db.put("checkpoints", row);
      await db.put("checkpointChunks", { ...part, bytes: damaged });
    }
    const loaded = await load(db);
    expect(loaded.checkpoint, `place ${place}`).toEqual(previous);
    refusals += loaded.refused.length;
  }
  expect(refusals).toBe(200);
  for (const chunk of chunks) await db.put("checkpointChunks", chunk);
  await db.put("checkpoints", row);
  expect((await load(db)).refused).toEqual([]); // whole, it is taken
}, 120_000);

/** A copy with one bit of one byte changed, or without the bytes from one on. */
function damage(bytes: Uint8Array, draw: () => number, flip: boolean): Uint8Array {
  const at = Math.floor(draw() * bytes.length);
  if (!flip) return bytes.slice(0, at);
  const copy = bytes.slice();
  copy[at]! ^= 1 << Math.floor(draw() * 8);
  return copy;
}

test("a checkpoint without one of its chunks, or with another's row, is refused", async () => {
  const db = await openDatabase({ name: "mixed" });
  await save(db, checkpointAt(25));
  await save(db, checkpointAt(50));
  const [older, newer] = await db.getAll("checkpoints");
  await db.put("checkpoints", { ...newer!, manifest: older!.manifest });
  expect((await load(db)).checkpoint).toEqual(checkpointAt(25));
  await db.delete("checkpointChunks", ["r", 1, 0]);
  expect(await load(db)).toEqual({
    checkpoint: null,
    refused: ["chunk 0 of the checkpoint is missing"],
  });
});

test("a save that fails leaves nothing of it, and the earlier ones", async () => {
  const db = await openDatabase({ name: "failing" });
  await save(db, checkpointAt(25));
  const add = Reflect.get<IDBObjectStore, "add">(IDBObjectStore.prototype, "add");
  for (const failing of ["checkpointChunks", "checkpoints"]) {
    vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(function (
      this: IDBObjectStore,
      ...row: Parameters<typeof add>
    ) {
      if (this.name === failing) throw new DOMException("full", "QuotaExceededError");
      return add.apply(this, row);
    });
    await expect(save(db, checkpointAt(50))).rejects.toThrow(/no room for/);
    vi.restoreAllMocks();
    expect(await stepsOf(db)).toEqual(["lora 25"]);
    expect(await db.count("checkpointChunks")).toBe(1);
  }
});

test("promise 3: chunks that a killed worker left are no checkpoint, and are collected unless their run is written", async () => {
  const db = await openDatabase({ name: "orphans" });
  await save(db, checkpointAt(25));
  for (const runId of ["r", "busy"]) {
    await db.add("checkpointChunks", { runId, serial: 9, index: 0, bytes: Uint8Array.of(1) });
  }
  expect((await load(db)).checkpoint).toEqual(checkpointAt(25));
  await collectOrphans(db, async (runId) => runId === "busy");
  expect(await db.getAllKeys("checkpointChunks")).toEqual([
    ["busy", 9, 0],
    ["r", 1, 0],
  ]);
  await db.add("checkpointChunks", { runId: "r", serial: 9, index: 0, bytes: Uint8Array.of(1) });
  await save(db, checkpointAt(50)); // not collected yet: its number is not taken again
  expect((await load(db)).checkpoint).toEqual(checkpointAt(50));
});
