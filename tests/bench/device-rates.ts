/** What a GPU does at most, as plain WGSL gets it: bytes copied and products summed in a second. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { mulberry32 } from "../../src/core/random";
import { Gpu } from "../../src/engine/webgpu/gpu";
import type { Shader } from "../../src/engine/webgpu/shader";
import { isSoftwareGpu } from "../../src/app/device-check";

/** 16 bytes read and written an invocation; its rate is the bandwidth that a kernel can hope for. */
const copyShader: Shader = {
  name: "benchCopy",
  ...{ inputs: { x: "vec4<f32>" }, outputs: { y: "vec4<f32>" }, uniforms: { count: "u32" } },
  workgroup: [256, 1, 1],
  main: "if (global.x < uniforms.count) { y[global.x] = x[global.x]; }",
};

const TILE = 16;
/** c = a·b for square matrices whose size is a multiple of the tile: the textbook's, with tiles in workgroup memory. */
const productShader: Shader = {
  name: "benchProduct",
  ...{ inputs: { a: "f32", b: "f32" }, outputs: { c: "f32" }, uniforms: { size: "u32" } },
  workgroup: [TILE, TILE, 1],
  declarations: `
var<workgroup> tile_a : array<f32, ${TILE * TILE}>;
var<workgroup> tile_b : array<f32, ${TILE * TILE}>;`,
  main: `
  let n = uniforms.size;
  var sum = 0.0;
  for (var start = 0u; start < n; start += ${TILE}u) {
    tile_a[lane] = a[global.y * n + start + local.x];
    tile_b[lane] = b[(start + local.y) * n + global.x];
    workgroupBarrier();
    for (var k = 0u; k < ${TILE}u; k++) {
      sum += tile_a[local.y * ${TILE}u + k] * tile_b[k * ${TILE}u + local.x];
    }
    workgroupBarrier();
  }
  c[global.y * n + global.x] = sum;`,
};

/**
 * A GPU gets work enough to fill it and to spill its cache, and so often that waiting for the end counts little; a
 * software one gets work that it ends.
 */
const SIZES = {
  hardware: { side: 4096, rows: 65_280, repeats: 20 },
  software: { side: 256, rows: 1024, repeats: 1 },
};
const WIDTH = 768;

/** The two plain shaders and what they work on. */
export class PlainDevice {
  /** Of the square matrices. */
  readonly side: number;
  /** How often each work is done between two looks at the clock. */
  readonly repeats: number;
  readonly states: tf.Tensor2D;
  readonly square: tf.Tensor2D;
  readonly #gpu = new Gpu(tf.backend() as WebGPUBackend);

  /** @param device  its name, as `start` returns it. */
  constructor(device: string) {
    const software = isSoftwareGpu(device);
    const { side, rows, repeats } = SIZES[software ? "software" : "hardware"];
    this.side = side;
    this.repeats = repeats;
    this.states = randomMatrix(rows, WIDTH);
    this.square = randomMatrix(side, side);
  }

  readonly copy = this.repeated(() => {
    const quads = this.states.size / 4;
    this.#run(copyShader, [this.states], { count: quads }, [quads / 256, 1]);
  });

  readonly product = this.repeated(() => {
    const groups = this.side / TILE;
    this.#run(productShader, [this.square, this.square], { size: this.side }, [groups, groups]);
  });

  /** The work as often as there are repeats, to its end on the device. */
  repeated(work: () => void): () => Promise<void> {
    return async () => {
      for (let i = 0; i < this.repeats; i++) work();
      await this.#gpu.done();
    };
  }

  /** GB/s of passes over the states that took so long: each number read once, written once. */
  gigabytes(ms: number): number {
    return (this.repeats * 8 * this.states.size) / ms / 1e6;
  }

  /** GFLOP/s of products that took so long. */
  gigaflops(ms: number): number {
    return (this.repeats * 2 * this.side ** 3) / ms / 1e6;
  }

  dispose(): void {
    tf.dispose([this.states, this.square]);
  }

  #run(
    shader: Shader,
    inputs: readonly tf.Tensor[],
    uniforms: Record<string, number>,
    groups: [number, number],
  ): void {
    const output = this.#gpu.empty(inputs[0]!.shape);
    this.#gpu.run(shader, { inputs, outputs: [output], uniforms, groups });
    this.#gpu.dispose(output);
  }
}

function randomMatrix(rows: number, columns: number): tf.Tensor2D {
  const random = mulberry32(1);
  const values = Float32Array.from({ length: rows * columns }, () => 2 * random() - 1);
  return tf.tensor2d(values, [rows, columns]);
}
