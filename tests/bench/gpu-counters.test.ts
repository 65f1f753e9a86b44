import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { Shader } from "../../src/engine/webgpu/shader";
import { Gpu } from "../../src/engine/webgpu/gpu";
import { backends, useBackend } from "../backends";
import { countGpu, installGpuCounters } from "./gpu-counters";

const withGpu = test.skipIf(!backends.includes("webgpu"));

beforeAll(async () => {
  if (!backends.includes("webgpu")) return;
  await useBackend("webgpu");
  installGpuCounters();
});

const device = () => (tf.backend() as WebGPUBackend).device;

withGpu("commands given to the device itself are counted one by one", async () => {
  const counts = await countGpu(async () => {
    const code =
      "@group(0) @binding(0) var<storage, read_write> x : array<f32>; @compute @workgroup_size(1) fn main() { x[0] += 1; }";
    const pipeline = device().createComputePipeline({
      layout: "auto",
      compute: { module: device().createShaderModule({ code }) },
    });
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = device().createBuffer({ size: 32, usage });
    device().queue.writeBuffer(buffer, 0, new Float32Array(8), 2, 4); // 4 elements of 4 bytes
    device().queue.writeBuffer(buffer, 0, new Float32Array([40]).buffer); // 4 bytes
    const staging = device().createBuffer({
      size: 8,
      usage: GPUBufferUsage.COPY_SRC,
      mappedAtCreation: true,
    });
    staging.unmap();
    const result = device().createBuffer({
      size: 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device().createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = [{ binding: 0, resource: { buffer } }];
    pass.setBindGroup(
      0,
      device().createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
    );
    pass.dispatchWorkgroups(1);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(buffer, 0, result, 0, 4);
    device().queue.submit([encoder.finish()]);
    await result.mapAsync(GPUMapMode.READ);
    expect([...new Float32Array(result.getMappedRange())]).toEqual([42]);
    result.unmap();
  });
  expect(counts).toEqual({
    dispatches: 2,
    pipelines: 1,
    bindGroups: 1,
    bytesWritten: 16 + 4 + 8,
    readbacks: 1,
  });
});

withGpu("tfjs's own operations are counted, and their pipelines once a shape", async () => {
  const run = async () => {
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.tidy(() => tf.exp(tf.sqrt(x)));
    await y.data();
    tf.dispose([x, y]);
  };
  const first = await countGpu(run);
  const second = await countGpu(run);
  expect(first).toMatchObject({ dispatches: 2, pipelines: 2, readbacks: 1 });
  expect(second).toMatchObject({ dispatches: 2, pipelines: 0, readbacks: 1 });
  expect(second.bytesWritten).toBeGreaterThanOrEqual(12); // the input; uniforms come on top
});

withGpu("the engine's shaders are counted", async () => {
  const shader: Shader = {
    name: "addTwo",
    ...{ inputs: { x: "f32" }, outputs: { y: "f32" }, uniforms: {}, workgroup: [1, 1, 1] },
    main: "y[global.x] = x[global.x] + 2.0;",
  };
  const gpu = new Gpu(tf.backend() as WebGPUBackend);
  const work = async () => {
    for (let round = 0; round < 3; round++) {
      const x = tf.tensor1d([1, 2]);
      const y = gpu.empty([2]);
      gpu.run(shader, { inputs: [x], outputs: [y], groups: [2] });
      gpu.dispose(y);
      x.dispose();
    }
    await gpu.done();
  };
  const counts = await countGpu(work);
  expect(counts).toMatchObject({ dispatches: 3, pipelines: 1, readbacks: 0 });
  expect((await countGpu(work)).bindGroups).toBe(0); // all were made in the first round
});
