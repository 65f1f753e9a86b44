/** A copy of a tensor with memory of its own: tf.clone shares it, and what is changed in place would change there too. */
import * as tf from "@tensorflow/tfjs-core";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { hostView } from "../decode/host-view";

/** y = x, float32, elsewhere in memory. On webgpu a command of the queue, no dispatch. */
export const duplicate = defineKernel<{ x: tf.Tensor }, object, [tf.Tensor]>({
  name: "duplicate",
  plain: ({ x }) => [tf.tensor(hostView(x).slice(), x.shape)],
  webgpu: (gpu, { x }) => [gpu.copy(x)],
  examples: () =>
    [[3, 5], [257]].map((shape) => ({
      title: shape.join(" × "),
      inputs: { x: normal("x", shape) },
      attributes: {},
    })),
});
