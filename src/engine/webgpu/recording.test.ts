import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { Gpu } from "./gpu";
import type { Shader } from "./shader";

const shader = (name: string, main: string): Shader => ({
  ...{ name, inputs: { x: "f32" }, outputs: { y: "f32" }, uniforms: {}, workgroup: [1, 1, 1] },
  main,
});
const DOUBLE = shader("recordingDouble", "y[global.x] = 2.0 * x[global.x];");
const ADD = shader("recordingAdd", "y[global.x] += x[global.x];");

afterEach(expectNoGpuErrors);

describe.skipIf(!backends.includes("webgpu"))("on webgpu", () => {
  let gpu: Gpu;
  let x: tf.Tensor1D;
  let sum: tf.Tensor1D;
  beforeAll(async () => {
    await useBackend("webgpu");
    gpu = new Gpu(tf.backend() as WebGPUBackend);
  });
  beforeEach(() => {
    x = tf.tensor1d([1, 2, 3]);
    sum = tf.zeros([3]);
  });
  afterEach(() => tf.dispose([x, sum]));

  /** sum += 2·x, by way of a tensor of its own. */
  function addDouble(): void {
    const double = gpu.empty([3]);
    gpu.run(DOUBLE, { inputs: [x], outputs: [double], groups: [3] });
    gpu.run(ADD, { inputs: [double], outputs: [sum], groups: [3] });
    gpu.dispose(double);
  }

  test("a replay does the work once more, and each read-back sees what it did", async () => {
    const recording = gpu.record(addDouble)!;
    expect([...(await sum.data())]).toEqual([2, 4, 6]);
    recording.replay();
    expect([...(await sum.data())]).toEqual([4, 8, 12]);
    recording.replay();
    recording.replay();
    expect([...(await sum.data())]).toEqual([8, 16, 24]);
    recording.dispose();
  });

  test("tensors made between replays keep their values, and replays theirs", async () => {
    const recording = gpu.record(addDouble)!;
    const others: tf.Tensor[] = [];
    for (let i = 0; i < 4; i++) {
      const uploaded = tf.tensor1d([i, i, i]);
      others.push(uploaded, tf.add(uploaded, 10));
      recording.replay();
    }
    for (const [i, other] of others.entries()) {
      const value = Math.floor(i / 2) + (i % 2) * 10;
      expect([...(await other.data())]).toEqual([value, value, value]);
    }
    expect([...(await sum.data())]).toEqual([10, 20, 30]);
    recording.dispose();
    tf.dispose(others);
  });

  /** Each adds x to the sum, by a tensor that is made in another way than by a shader. */
  const unrepeatable: Record<string, () => tf.TensorInfo> = {
    "an operation of tfjs": () => tf.abs(x),
    "an upload of values": () => tf.tensor1d([1, 2, 3]),
    "a copy": () => gpu.copy(x),
  };
  const recordUnrepeatable = (title: string) =>
    gpu.record(() => {
      const made = unrepeatable[title]!();
      gpu.run(ADD, { inputs: [made], outputs: [sum], groups: [3] });
      if (!(made instanceof tf.Tensor)) gpu.dispose(made);
    });
  test.each(Object.keys(unrepeatable))("work with %s is done and not recorded", async (title) => {
    expect(recordUnrepeatable(title)).toBeNull();
    expect([...(await sum.data())]).toEqual([1, 2, 3]);
  });

  test("what a recording held is free again after it, after work that cannot be recorded, and after work that fails", async () => {
    const held = () => {
      const { numTensors, numDataBuffers, numBytesInGPU } = tf.memory() as tf.MemoryInfo & {
        numBytesInGPU: number;
      };
      return { numTensors, numDataBuffers, numBytesInGPU };
    };
    addDouble(); // x and sum are on the device
    await gpu.done();
    const before = held();
    const recording = gpu.record(addDouble)!;
    expect(held().numBytesInGPU).toBeGreaterThan(before.numBytesInGPU);
    recording.replay();
    recording.dispose();
    recording.dispose();
    for (const title of Object.keys(unrepeatable)) recordUnrepeatable(title);
    const failing = () => {
      addDouble();
      throw new Error("half done");
    };
    expect(() => gpu.record(failing)).toThrow("half done");
    await gpu.done();
    expect(held()).toEqual(before);
  });
});
