/** LoRA adapters as PEFT saves them: adapter_config.json and adapter_model.safetensors. */
import * as v from "valibot";
import { parseSafetensors, writeSafetensors } from "../format/safetensors";
import { AdapterConfig } from "./config";

export interface AdapterTensor {
  /** PEFT's name after the model's prefix: `h.0.attn.c_attn.lora_A.weight`. */
  readonly name: string;
  /** A: [rank, in]. B: [out, rank]. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface AdapterWeights {
  readonly config: AdapterConfig;
  readonly baseModel: string;
  readonly tensors: readonly AdapterTensor[];
}

/** The names of PEFT's two files. */
export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";

export interface PeftFiles {
  readonly [ADAPTER_CONFIG]: string;
  readonly [ADAPTER_WEIGHTS]: Uint8Array;
}

const PREFIX = "base_model.model.transformer.";
const KEY = /^base_model\.model\.transformer\.((?:[a-z_0-9]+\.)+)lora_([AB])\.weight$/;

const { rank, loraAlpha, loraDropout, targetModules, useRslora } = AdapterConfig.entries;

const PeftConfig = v.looseObject({
  peft_type: v.literal("LORA", ({ received }) => `it is ${received}; only LORA is supported`),
  base_model_name_or_path: v.optional(v.nullable(v.string()), null),
  r: rank.wrapped,
  lora_alpha: loraAlpha.wrapped,
  lora_dropout: loraDropout,
  target_modules: v.union([v.pipe(v.string(), v.nonEmpty()), targetModules.wrapped]),
  use_rslora: useRslora,
});

/** Options of PEFT's LoraConfig that change what an adapter computes, each with the values under which it does not. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  use_dora: [false],
  use_qalora: [false],
  lora_bias: [false],
  bias: ["none"],
  init_lora_weights: [true, false, "gaussian"], // the others (PiSSA, OLoRA, …) change the base weights too
};
const NEUTRAL_WHEN_EMPTY = [
  "modules_to_save",
  "rank_pattern",
  "alpha_pattern",
  "layers_to_transform",
  "layer_replication",
  "exclude_modules",
  "target_parameters",
  "trainable_token_indices",
  "alora_invocation_tokens",
  "arrow_config",
  "kasa_config",
  "monteclora_config",
  "use_bdlora",
];

/**
 * The two files of a PEFT adapter. The configuration holds only fields known since PEFT 0.4, because 0.13 and older
 * refuse unknown ones; `use_rslora` (0.7) appears only where it is on.
 */
export function writePeft({ config, baseModel, tensors }: AdapterWeights): PeftFiles {
  const fields = {
    base_model_name_or_path: baseModel,
    bias: "none",
    fan_in_fan_out: true,
    inference_mode: true,
    lora_alpha: config.loraAlpha,
    lora_dropout: config.loraDropout,
    peft_type: "LORA",
    r: config.rank,
    target_modules: config.targetModules,
    task_type: "CAUSAL_LM",
    ...(config.useRslora ? { use_rslora: true } : {}),
  };
  return {
    "adapter_config.json": JSON.stringify(fields, null, 2),
    "adapter_model.safetensors": writeSafetensors(
      tensors.map((tensor) => ({ ...tensor, name: PREFIX + tensor.name })),
    ),
  };
}

/**
 * Reads PEFT's two files. Where `target_modules` is a pattern, as "all-linear" is, the maps are those that have weights.
 *
 * @throws SyntaxError if a file is not what it should be; RangeError if the adapter uses something that this
 *         workbench does not compute (DoRA, biases, rank patterns …), by PEFT's name of it.
 */
export function readPeft(configText: string, safetensorsBytes: Uint8Array): AdapterWeights {
  const peft = readConfig(configText);
  const file = parseSafetensors(safetensorsBytes, "adapter_model.safetensors");
  const tensors = [...file.tensors.values()].map(({ name, shape, read }) => {
    const key = KEY.exec(name);
    if (key === null) {
      throw new RangeError(
        `adapter_model.safetensors: ${name} is not a LoRA weight of GPT-2 (${PREFIX}<map>.lora_A.weight)`,
      );
    }
    const rank = key[2] === "A" ? shape[0] : shape[1];
    if (shape.length !== 2 || rank !== peft.r) {
      throw new RangeError(
        `adapter_model.safetensors: ${name} has shape [${shape.join(", ")}], but adapter_config.json says r ${peft.r}`,
      );
    }
    return { name: name.slice(PREFIX.length), shape, data: read() };
  });
  requirePairs(tensors.map(({ name }) => name));
  const { target_modules: targets } = peft;
  return {
    baseModel: peft.base_model_name_or_path ?? "",
    config: {
      rank: peft.r,
      loraAlpha: peft.lora_alpha,
      loraDropout: peft.lora_dropout,
      targetModules: typeof targets === "string" ? mapsWithWeights(tensors) : targets,
      useRslora: peft.use_rslora,
    },
    tensors,
  };
}

/** "h.0.attn.c_attn", each once. */
function mapsWithWeights(tensors: readonly AdapterTensor[]): string[] {
  return [...new Set(tensors.map(({ name }) => name.replace(/\.lora_[AB]\.weight$/, "")))];
}

function readConfig(text: string): v.InferOutput<typeof PeftConfig> {
  const parsed = v.safeParse(PeftConfig, parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new SyntaxError(
      `adapter_config.json: ${v.getDotPath(issue) ?? "file"}: ${issue.message}`,
    );
  }
  refuseWhatWeDoNotDo(parsed.output);
  return parsed.output;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`adapter_config.json is not JSON: ${String(error)}`, { cause: error });
  }
}

function refuseWhatWeDoNotDo(peft: Readonly<Record<string, unknown>>): void {
  for (const [field, allowed] of Object.entries(NEUTRAL)) {
    const value = peft[field];
    if (value !== undefined && !allowed.includes(value)) throw unsupported(field, value);
  }
  for (const field of NEUTRAL_WHEN_EMPTY) {
    const value = peft[field] ?? [];
    if (typeof value !== "object" || Object.keys(value).length > 0) throw unsupported(field, value);
  }
}

function unsupported(field: string, value: unknown): RangeError {
  return new RangeError(
    `adapter_config.json: ${field} is ${JSON.stringify(value)}, which is not supported; merge the adapter with PEFT and load the merged model`,
  );
}

function requirePairs(names: readonly string[]): void {
  const present = new Set(names);
  for (const name of names) {
    const partner = name.replace(/lora_([AB])/, (_, side) => (side === "A" ? "lora_B" : "lora_A"));
    if (!present.has(partner)) {
      throw new RangeError(
        `adapter_model.safetensors: ${name} is there, but ${partner} is missing`,
      );
    }
  }
  if (names.length === 0) throw new RangeError("adapter_model.safetensors holds no tensors");
}
