/** Settings of a LoRA adapter. Names and defaults are PEFT's LoraConfig, in camelCase. */
import * as v from "valibot";

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));

/** One schema is the type, the defaults, the check of an imported file, and the text of the form and the CLI. */
export const AdapterConfig = v.strictObject({
  rank: v.optional(v.pipe(positiveInteger, v.description("Inner dimension r of A·B")), 8),
  loraAlpha: v.optional(v.pipe(v.number(), v.gtValue(0), v.description("Numerator of α/r")), 8),
  loraDropout: v.optional(
    v.pipe(v.number(), v.minValue(0), v.ltValue(1), v.description("On the adapter's input only")),
    0,
  ),
  targetModules: v.optional(
    v.pipe(v.array(v.string()), v.minLength(1), v.description("Suffixes of the maps to adapt")),
    ["c_attn"],
  ),
  useRslora: v.optional(v.pipe(v.boolean(), v.description("Scale by α/√r in place of α/r")), false),
});

export type AdapterConfig = v.InferOutput<typeof AdapterConfig>;

/** What A·B is multiplied by: α/r, or α/√r with rank-stabilised LoRA (Kalajdzievski 2023). */
export function adapterScaling({
  rank,
  loraAlpha,
  useRslora,
}: Pick<AdapterConfig, "rank" | "loraAlpha" | "useRslora">): number {
  return loraAlpha / (useRslora ? Math.sqrt(rank) : rank);
}
