/** The settings of a GPT-2 that its computation depends on, from the hub's config.json. */
import * as v from "valibot";

export interface Gpt2Config {
  readonly layers: number;
  readonly heads: number;
  /** Width of the hidden states. */
  readonly width: number;
  /** Width of the MLP's inner layer. */
  readonly inner: number;
  readonly vocabulary: number;
  /** Longest sequence, in tokens. */
  readonly positions: number;
  readonly layerNormEpsilon: number;
  readonly endOfText: number;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Names and defaults are those of transformers' GPT2Config. */
const HubConfig = v.looseObject({
  model_type: v.string(),
  n_layer: v.optional(count, 12),
  n_head: v.optional(count, 12),
  n_embd: v.optional(count, 768),
  n_inner: v.optional(v.nullable(count), null),
  vocab_size: v.optional(count, 50257),
  n_positions: v.optional(count, 1024),
  layer_norm_epsilon: v.optional(v.pipe(v.number(), v.gtValue(0)), 1e-5),
  eos_token_id: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 50256),
  activation_function: v.optional(v.string(), "gelu_new"),
  scale_attn_weights: v.optional(v.boolean(), true),
  scale_attn_by_inverse_layer_idx: v.optional(v.boolean(), false),
  tie_word_embeddings: v.optional(v.boolean(), true),
});

/**
 * Reads config.json.
 * @throws SyntaxError if it is not the JSON of a configuration; RangeError if it describes a model that this engine
 *         does not compute, naming the field and its value.
 */
export function readGpt2Config(text: string): Gpt2Config {
  const hub = parse(text);
  demand("model_type", hub.model_type, "gpt2");
  demand("activation_function", hub.activation_function, "gelu_new");
  demand("scale_attn_weights", hub.scale_attn_weights, true);
  demand("scale_attn_by_inverse_layer_idx", hub.scale_attn_by_inverse_layer_idx, false);
  demand("tie_word_embeddings", hub.tie_word_embeddings, true);
  if (hub.n_embd % hub.n_head !== 0) {
    throw new RangeError(
      `config.json: n_embd ${hub.n_embd} does not divide into n_head ${hub.n_head}`,
    );
  }
  if (hub.eos_token_id >= hub.vocab_size) {
    throw new RangeError(
      `config.json: eos_token_id ${hub.eos_token_id} is outside vocab_size ${hub.vocab_size}`,
    );
  }
  return {
    layers: hub.n_layer,
    heads: hub.n_head,
    width: hub.n_embd,
    inner: hub.n_inner ?? 4 * hub.n_embd,
    vocabulary: hub.vocab_size,
    positions: hub.n_positions,
    layerNormEpsilon: hub.layer_norm_epsilon,
    endOfText: hub.eos_token_id,
  };
}

function parse(text: string): v.InferOutput<typeof HubConfig> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`config.json is not JSON: ${String(error)}`, { cause: error });
  }
  const result = v.safeParse(HubConfig, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new SyntaxError(`config.json: ${v.getDotPath(issue) ?? "file"}: ${issue.message}`);
}

function demand<T>(field: string, value: T, supported: T): void {
  if (value === supported) return;
  throw new RangeError(
    `config.json: ${field} is ${JSON.stringify(value)}; only GPT-2 models with ${JSON.stringify(supported)} are supported`,
  );
}
