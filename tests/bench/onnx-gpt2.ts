/**
 * GPT-2 in ONNX, with the weights of a model in safetensors: the graph of `decoder_model_merged`, as transformers.js runs it. Layer norm
 * and GELU are one operation each, and logits are computed of the last position only, as the newest exports have it.
 */
import type { NamedTensor } from "../../src/core/format/safetensors";
import {
  type Bytes,
  FLOAT,
  floats,
  INT64,
  integers,
  node,
  onnxModel,
  valueInfo,
} from "../fixtures/onnx-format";
import type { Shape } from "./random-model";

/**
 * input_ids, position_ids [batch, tokens], attention_mask [batch, past + tokens], num_logits_to_keep [] and
 * past_key_values.N.{key,value} [batch, heads, past, width / heads] in; logits [batch, num_logits_to_keep, vocabulary] and
 * present.N.{key,value} out. Layer norm's ε is ONNX's own, 1e-5.
 */
export function onnxGpt2(shape: Shape, tensors: readonly NamedTensor[]): Uint8Array<ArrayBuffer> {
  const { layers, heads, width } = shape;
  const caches = Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]);
  const cache = (place: string, length: string) =>
    caches.flat().map((name) => {
      return valueInfo(`${place}.${name}`, FLOAT, ["batch", heads, length, width / heads]);
    });
  return onnxModel({
    nodes: [
      ...embedding(),
      ...mask(),
      ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
      ...head(`x${layers}`),
    ],
    weights: [
      ...tensors.map(({ name, shape: dims, data }) => floats(name, dims, data)),
      ...constants(shape),
    ],
    inputs: [
      valueInfo("input_ids", INT64, ["batch", "tokens"]),
      valueInfo("attention_mask", INT64, ["batch", "total"]),
      valueInfo("position_ids", INT64, ["batch", "tokens"]),
      valueInfo("num_logits_to_keep", INT64, []),
      ...cache("past_key_values", "past"),
    ],
    outputs: [
      valueInfo("logits", FLOAT, ["batch", "kept", shape.vocabulary]),
      ...cache("present", "total"),
    ],
  });
}

function constants({ heads, width }: Shape): Bytes[] {
  const [split, each] = [BigInt(width), BigInt(width / heads)];
  return [
    integers("0", 0n),
    integers("1", 1n),
    integers("1,2", 1n, 2n),
    integers("end", 2n ** 62n),
    integers("q,k,v", split, split, split),
    integers("by head", 0n, 0n, BigInt(heads), each), // 0 keeps a dimension
    integers("joined", 0n, 0n, split),
    floats("scale", [1], Float32Array.of(1 / Math.sqrt(width / heads))),
    floats("hidden", [1], Float32Array.of(-1e9)),
    floats("visible", [1], Float32Array.of(0)),
  ];
}

function embedding(): Bytes[] {
  return [
    node("Gather", ["wte.weight", "input_ids"], ["token"]),
    node("Gather", ["wpe.weight", "position_ids"], ["position"]),
    node("Add", ["token", "position"], ["x0"]),
  ];
}

/** What is added to the scores, [batch, 1, tokens, total]: a token sees itself and what stands before it, as far as the mask says text. */
function mask(): Bytes[] {
  return [
    node("Shape", ["attention_mask"], ["total"], { start: 1, end: 2 }),
    node("Shape", ["input_ids"], ["tokens"], { start: 1, end: 2 }),
    node("Sub", ["total", "tokens"], ["past"]),
    ...["0", "1", "total", "past"].map((name) => node("Squeeze", [name], [`${name} as scalar`])),
    node("Range", ["0 as scalar", "total as scalar", "1 as scalar"], ["places"]),
    node("Range", ["past as scalar", "total as scalar", "1 as scalar"], ["own places"]),
    node("Unsqueeze", ["own places", "1"], ["own column"]),
    node("Greater", ["places", "own column"], ["later"]), // [tokens, total]
    node("Equal", ["attention_mask", "0"], ["padded"]),
    node("Unsqueeze", ["padded", "1,2"], ["padding"]), // [batch, 1, 1, total]
    node("Or", ["later", "padding"], ["unseen"]),
    node("Where", ["unseen", "hidden", "visible"], ["mask"]),
  ];
}

/** x ↦ y = x + attention(ln_1 x); y + mlp(ln_2 y). */
function block(layer: number): Bytes[] {
  const at = (name: string) => `${layer}/${name}`;
  const weights = (map: string) => [`h.${layer}.${map}.weight`, `h.${layer}.${map}.bias`] as const;
  const affine = (map: string, input: string, output: string) => {
    const [weight, bias] = weights(map);
    return [
      node("MatMul", [input, weight], [`${output} product`]),
      node("Add", [`${output} product`, bias], [output]),
    ];
  };
  const byHead = (name: string) => [
    node("Reshape", [at(name), "by head"], [at(`${name} apart`)]),
    node("Transpose", [at(`${name} apart`)], [at(`${name} by head`)], { perm: [0, 2, 1, 3] }),
  ];
  const lengthened = (name: string, kind: string) =>
    node(
      "Concat",
      [`past_key_values.${layer}.${kind}`, at(`${name} by head`)],
      [`present.${layer}.${kind}`],
      { axis: 2 },
    );
  return [
    node("LayerNormalization", [`x${layer}`, ...weights("ln_1")], [at("norm 1")]),
    ...affine("attn.c_attn", at("norm 1"), at("qkv")),
    node("Split", [at("qkv"), "q,k,v"], [at("q"), at("k"), at("v")], { axis: 2 }),
    ...["q", "k", "v"].flatMap(byHead),
    lengthened("k", "key"),
    lengthened("v", "value"),
    node("Mul", [at("q by head"), "scale"], [at("scaled")]),
    node("Transpose", [`present.${layer}.key`], [at("keys")], { perm: [0, 1, 3, 2] }),
    node("MatMul", [at("scaled"), at("keys")], [at("all scores")]),
    node("Add", [at("all scores"), "mask"], [at("scores")]),
    node("Softmax", [at("scores")], [at("attention")]),
    node("MatMul", [at("attention"), `present.${layer}.value`], [at("mixed by head")]),
    node("Transpose", [at("mixed by head")], [at("mixed apart")], { perm: [0, 2, 1, 3] }),
    node("Reshape", [at("mixed apart"), "joined"], [at("mixed")]),
    ...affine("attn.c_proj", at("mixed"), at("attended")),
    node("Add", [`x${layer}`, at("attended")], [at("y")]),
    node("LayerNormalization", [at("y"), ...weights("ln_2")], [at("norm 2")]),
    ...affine("mlp.c_fc", at("norm 2"), at("fc")),
    node("Gelu", [at("fc")], [at("inner")], { approximate: "tanh" }),
    ...affine("mlp.c_proj", at("inner"), at("mlp")),
    node("Add", [at("y"), at("mlp")], [`x${layer + 1}`]),
  ];
}

function head(states: string): Bytes[] {
  return [
    node("Neg", ["num_logits_to_keep"], ["-kept"]),
    node("Unsqueeze", ["-kept", "0"], ["first kept"]), // 0 keeps all
    node("Slice", [states, "first kept", "end", "1"], ["last"]),
    node("LayerNormalization", ["last", "ln_f.weight", "ln_f.bias"], ["norm"]),
    node("Transpose", ["wte.weight"], ["wte transposed"], { perm: [1, 0] }), // once, as the session is made
    node("MatMul", ["norm", "wte transposed"], ["logits"]),
  ];
}
