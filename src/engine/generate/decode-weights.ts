/** A model's weights as the decoding kernels take them: norms and adapters packed, since a shader has eight buffers. */
import * as tf from "@tensorflow/tfjs-core";
import type { AttachedAdapter } from "../adapter/attach";
import type { Gpt2 } from "../gpt2/model";
import type { LinearWeights, NormWeights } from "../gpt2/weights";
import type { Affine } from "../kernels/decode/plain";

export interface DecodeBlock {
  readonly norm1: tf.Tensor2D; // [2, width]: gain, bias
  readonly cAttn: Affine;
  readonly attnProj: Affine;
  readonly norm2: tf.Tensor2D;
  readonly cFc: Affine;
  readonly mlpProj: Affine;
}

/** Holds copies of norms and adapter as they are now; weights and biases are the model's. */
export class DecodeWeights {
  readonly blocks: readonly DecodeBlock[];
  readonly normF: tf.Tensor2D;
  readonly wte: tf.Tensor2D;
  readonly wpe: tf.Tensor2D;
  readonly #packed: tf.Tensor[] = [];

  /** @param adapter  null: decode without one. */
  constructor(model: Gpt2, adapter: AttachedAdapter | null) {
    const { blocks, lnF, wte, wpe } = model.weights;
    const norm = ({ gain, bias }: NormWeights) => this.#keep(tf.stack([gain, bias]) as tf.Tensor2D);
    const affine = ({ name, weight, bias }: LinearWeights): Affine => {
      const lora = packAdapter(adapter, name);
      return { weight, bias, lora: lora && this.#keep(lora) };
    };
    this.blocks = blocks.map((block) => ({
      norm1: norm(block.ln1),
      cAttn: affine(block.cAttn),
      attnProj: affine(block.attnProj),
      norm2: norm(block.ln2),
      cFc: affine(block.cFc),
      mlpProj: affine(block.mlpProj),
    }));
    this.normF = norm(lnF);
    this.wte = wte;
    this.wpe = wpe;
  }

  dispose(): void {
    tf.dispose(this.#packed);
  }

  #keep<T extends tf.Tensor>(tensor: T): T {
    this.#packed.push(tensor);
    return tf.keep(tensor);
  }
}

/** [in + out, rank]: Aᵀ above s·B, the rank padded with zeros to a multiple of 4; undefined if the map has no adapter. */
function packAdapter(adapter: AttachedAdapter | null, name: string): tf.Tensor2D | undefined {
  const map = adapter?.maps.get(name);
  if (!adapter || !map) return undefined;
  return tf.tidy(() => {
    const both = tf.concat([tf.transpose(map.a), tf.mul(map.b, adapter.scaling)], 0);
    const spare = -both.shape[1]! & 3;
    return tf.pad(both, [
      [0, 0],
      [0, spare],
    ]) as tf.Tensor2D;
  });
}
