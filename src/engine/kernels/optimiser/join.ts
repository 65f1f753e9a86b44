/** Tensors one after the other in one, and back: so that a shader, which has eight buffers, reads and writes all of them. */
import * as tf from "@tensorflow/tfjs-core";
import { sizeOf } from "../../webgpu/gpu";
import { normal } from "../example";
import { defineKernel, type Tensors } from "../kernel";
import { named, slots } from "./slots";

/** The elements of x0, x1 … of any shape, float32. → [elements]. On webgpu commands of the queue, no dispatch. */
export const join = defineKernel<Tensors, object, [tf.Tensor1D]>({
  name: "join",
  plain: (inputs) => [tf.concat1d(slots(inputs, "x").map((x) => tf.reshape(x, [sizeOf(x)])))],
  webgpu: (gpu, inputs) => [gpu.join(slots(inputs, "x"))],
  examples: () => [
    {
      title: "ten of all shapes",
      inputs: named(
        "x",
        Array.from({ length: 10 }, (_, i) => normal(`x ${i}`, [[3, 5], [1], [257]][i % 3]!)),
      ),
      attributes: {},
    },
  ],
});
