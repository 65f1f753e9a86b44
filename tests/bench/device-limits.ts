/** How much of what the device can do the engine's shaders reach: against a plain copy and a plain matrix product. */
import * as tf from "@tensorflow/tfjs-core";
import { layerNorm } from "../../src/engine/kernels/layer-norm";
import { linear } from "../fixtures/linear-op";
import type { Bench } from "./bench";
import { PlainDevice } from "./device-rates";
import { inTurns, spread, type Spread, written } from "./rounds";
import { start } from "./start";

const ROUNDS = 5;

export const deviceLimits: Bench = {
  name: "device-limits",
  about: "the share of the device's own bandwidth and arithmetic that the engine's shaders reach",
  quick: false,
  backends: ["webgpu"],
  async run(backend) {
    const device = await start(backend);
    const plain = new PlainDevice(device);
    const { side, states, square } = plain;
    const width = states.shape[1];
    const [none, ones] = [tf.fill<tf.Rank.R1>([side], 0), tf.fill<tf.Rank.R1>([width], 1)];
    const done = (work: () => tf.Tensor) => plain.repeated(() => work().dispose());
    const times = await inTurns(ROUNDS, {
      copy: plain.copy,
      layerNorm: done(() => layerNorm(states, ones, ones, 1e-5)),
      product: plain.product,
      linear: done(() => linear(square, square, none)),
    });
    tf.dispose([none, ones]);
    plain.dispose();
    const rates = {
      copyGBs: spread(times.copy.map((ms) => plain.gigabytes(ms))),
      layerNormGBs: spread(times.layerNorm.map((ms) => plain.gigabytes(ms))),
      productGFLOPs: spread(times.product.map((ms) => plain.gigaflops(ms))),
      linearGFLOPs: spread(times.linear.map((ms) => plain.gigaflops(ms))),
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
        `${device}; [${states.shape.join(", ")}] states, ${side} × ${side} matrices`,
        share("copy", rates.copyGBs, "GB/s", 1),
        share("layer norm", rates.layerNormGBs, "GB/s", shares.layerNormOfCopy),
        share("product", rates.productGFLOPs, "GFLOP/s", 1),
        share("linear", rates.linearGFLOPs, "GFLOP/s", shares.linearOfProduct),
      ],
    };
  },
};
