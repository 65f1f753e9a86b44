/** How much of what the device can do the engine's shaders reach: against a plain copy and a plain matrix product. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { layerNorm } from "../../src/engine/kernels/layer-norm";
import { linear } from "../../src/engine/kernels/linear";
import { Gpu } from "../../src/engine/webgpu/gpu";
import type { Shader } from "../../src/engine/webgpu/shader";
import type { Bench } from "./bench";
import { inTurns, spread, type Spread, written } from "./rounds";
import { start } from "./start";

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

const ROUNDS = 5;
/** A GPU gets work enough to fill it, a software one work that it ends. */
const SIZES = { hardware: { side: 2048, rows: 16384 }, software: { side: 256, rows: 1024 } };
const WIDTH = 768;

export const deviceLimits: Bench = {
  name: "device-limits",
  about: "the share of the device's own bandwidth and arithmetic that the engine's shaders reach",
  quick: false,
  backends: ["webgpu"],
  async run(backend) {
    const device = await start(backend);
    const { side, rows } = /swiftshader|llvmpipe/i.test(device) ? SIZES.software : SIZES.hardware;
    const gpu = new Gpu(tf.backend() as WebGPUBackend);
    const square = tf.fill<tf.Rank.R2>([side, side], 0.5);
    const states = tf.fill<tf.Rank.R2>([rows, WIDTH], 0.5);
    const [none, ones] = [tf.fill<tf.Rank.R1>([side], 0), tf.fill<tf.Rank.R1>([WIDTH], 1)];
    const shader = (
      program: Shader,
      inputs: tf.Tensor[],
      size: number,
      groups: [number, number],
    ) => {
      const output = gpu.empty(inputs[0]!.shape);
      const uniforms = program === copyShader ? { count: size } : { size };
      gpu.run(program, { inputs, outputs: [output], uniforms, groups });
      gpu.dispose(output);
    };
    const done = (work: () => void) => async () => {
      work();
      await gpu.done();
    };
    const quads = states.size / 4;
    const times = await inTurns(ROUNDS, {
      copy: done(() => shader(copyShader, [states], quads, [quads / 256, 1])),
      layerNorm: done(() => layerNorm(states, ones, ones, 1e-5).dispose()),
      product: done(() =>
        shader(productShader, [square, square], side, [side / TILE, side / TILE]),
      ),
      linear: done(() => linear(square, square, none).dispose()),
    });
    tf.dispose([square, states, none, ones]);
    const gigabytes = (ms: number) => (8 * states.size) / ms / 1e6; // each number read once, written once
    const gigaflops = (ms: number) => (2 * side ** 3) / ms / 1e6;
    const rates = {
      copyGBs: spread(times.copy.map(gigabytes)),
      layerNormGBs: spread(times.layerNorm.map(gigabytes)),
      productGFLOPs: spread(times.product.map(gigaflops)),
      linearGFLOPs: spread(times.linear.map(gigaflops)),
    };
    const shares = {
      layerNormOfCopy: rates.layerNormGBs.median / rates.copyGBs.median,
      linearOfProduct: rates.linearGFLOPs.median / rates.productGFLOPs.median,
    };
    const share = (name: string, rate: Spread, unit: string, of: number) =>
      `${name.padEnd(12)} ${written(rate)} ${unit}, ${(100 * of).toFixed(0)} %`;
    return {
      figures: { device, ...rates, ...shares },
      lines: [
        `${device}; [${rows}, ${WIDTH}] states, ${side} × ${side} matrices`,
        share("copy", rates.copyGBs, "GB/s", 1),
        share("layer norm", rates.layerNormGBs, "GB/s", shares.layerNormOfCopy),
        share("product", rates.productGFLOPs, "GFLOP/s", 1),
        share("linear", rates.linearGFLOPs, "GFLOP/s", shares.linearOfProduct),
      ],
    };
  },
};
