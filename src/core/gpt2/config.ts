/** The settings of a GPT-2 that its computation depends on, from the hub's config.json. */

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

type HubConfig = Readonly<Record<string, unknown>>;

/** Fields that change what is computed, with the only value that this engine computes. All but the first may be absent. */
const SUPPORTED: HubConfig = {
  model_type: "gpt2",
  activation_function: "gelu_new",
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  tie_word_embeddings: true,
};

/**
 * Reads config.json. Absent fields have the defaults of transformers' GPT2Config.
 *
 * @throws SyntaxError if it is not the JSON of a configuration; RangeError if it describes a model that this engine
 *         does not compute. Both name the field and its value.
 */
export function readGpt2Config(text: string): Gpt2Config {
  const hub = parse(text);
  for (const [field, supported] of Object.entries(SUPPORTED)) {
    const value = field === "model_type" ? hub[field] : (hub[field] ?? supported);
    if (value !== supported) {
      throw new RangeError(
        `config.json: ${field} is ${JSON.stringify(value)}; only GPT-2 models with ${JSON.stringify(supported)} are supported`,
      );
    }
  }
  const width = whole(hub, "n_embd", 768);
  const config: Gpt2Config = {
    layers: whole(hub, "n_layer", 12),
    heads: whole(hub, "n_head", 12),
    width,
    inner: whole(hub, "n_inner", 4 * width),
    vocabulary: whole(hub, "vocab_size", 50257),
    positions: whole(hub, "n_positions", 1024),
    layerNormEpsilon: number(hub, "layer_norm_epsilon", 1e-5),
    endOfText: whole(hub, "eos_token_id", 50256, 0),
  };
  if (config.width % config.heads !== 0) {
    throw new RangeError(
      `config.json: n_embd ${width} does not divide into n_head ${config.heads}`,
    );
  }
  if (config.endOfText >= config.vocabulary) {
    throw new RangeError(
      `config.json: eos_token_id ${config.endOfText} is outside vocab_size ${config.vocabulary}`,
    );
  }
  return config;
}

function parse(text: string): HubConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`config.json is not JSON: ${String(error)}`, { cause: error });
  }
  if (typeof json !== "object" || json === null) {
    throw new SyntaxError("config.json is not a JSON object");
  }
  return json as HubConfig;
}

function whole(hub: HubConfig, field: string, absent: number, least = 1): number {
  const value = number(hub, field, absent);
  if (Number.isInteger(value) && value >= least) return value;
  throw new SyntaxError(
    `config.json: ${field} must be a whole number from ${least} on, not ${value}`,
  );
}

function number(hub: HubConfig, field: string, absent: number): number {
  const value = hub[field] ?? absent;
  if (typeof value === "number" && value >= 0) return value;
  throw new SyntaxError(`config.json: ${field} must be a number, not ${JSON.stringify(value)}`);
}
