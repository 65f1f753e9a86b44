/** tf.customGrad with types: tfjs declares inputs, saved tensors and gradients all as one loose list. */
import * as tf from "@tensorflow/tfjs-core";

interface CustomOp<T extends tf.Tensor> {
  readonly value: T;
  /** Kept until the backward pass; anything else made in the forward pass is freed at once. */
  readonly saved?: readonly tf.Tensor[];
  /** One gradient per input, of the input's shape. */
  readonly gradients: (dy: T, saved: readonly tf.Tensor[]) => tf.Tensor[];
}

/** An op whose forward pass the tape does not look into, with the gradients given. */
export function custom<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: (inputs: readonly tf.Tensor[]) => CustomOp<T>,
): T {
  const op = tf.customGrad((...args) => {
    const save = args.pop() as tf.GradSaveFunc;
    const { value, saved = [], gradients } = forward(args as tf.Tensor[]);
    save([...saved]);
    // tfjs frees nothing that a gradient makes on its way until the whole tape has been gone through.
    return { value, gradFunc: (dy, kept) => tf.tidy(() => gradients(dy as T, kept)) };
  });
  return op(...inputs) as T;
}
