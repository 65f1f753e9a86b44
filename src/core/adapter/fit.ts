/** Whether an adapter fits a model: each map that it names has an A and a B of the right shape, and nothing is left over. */
import type { Gpt2Config } from "../gpt2/config";
import { type BlockMap, blockMaps, isTarget } from "../gpt2/maps";
import type { AdapterConfig } from "./config";
import type { AdapterTensor, AdapterWeights } from "./peft";

/** The weights that an adapter has for one map: A [rank, fanIn], B [fanOut, rank]. */
export interface FittedMap {
  readonly name: string;
  readonly a: AdapterTensor;
  readonly b: AdapterTensor;
}

/** All maps of a model by their whole names: "h.0.attn.c_attn". */
export function mapsOf(config: Gpt2Config): BlockMap[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    blockMaps(config).map((map) => ({ ...map, name: `h.${layer}.${map.name}` })),
  ).flat();
}

/**
 * The maps that a configuration names, in the model's order.
 * @param model  its name, for messages.
 * @throws RangeError if a target names no map of the model.
 */
export function adaptedMaps<M extends Pick<BlockMap, "name">>(
  maps: readonly M[],
  { targetModules }: AdapterConfig,
  model: string,
): M[] {
  for (const target of targetModules) {
    if (!maps.some(({ name }) => isTarget(name, target))) {
      throw new RangeError(
        `adapter.targetModules: "${target}" names no map of ${model}; use c_attn, attn.c_proj, mlp.c_fc or mlp.c_proj`,
      );
    }
  }
  return maps.filter(({ name }) => targetModules.some((target) => isTarget(name, target)));
}

/**
 * @param model  its name, for messages.
 * @throws RangeError naming the tensor, and the shape that the model needs: a map without weights, weights without a map,
 *         another shape.
 */
export function fitAdapter(
  { config, tensors }: AdapterWeights,
  maps: readonly BlockMap[],
  model: string,
): FittedMap[] {
  const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const fitted = adaptedMaps(maps, config, model).map(({ name, fanIn, fanOut }) => ({
    name,
    a: take(given, `${name}.lora_A.weight`, [config.rank, fanIn]),
    b: take(given, `${name}.lora_B.weight`, [fanOut, config.rank]),
  }));
  if (given.size > 0) {
    throw new RangeError(
      `the adapter holds ${[...given.keys()].join(", ")}, which target_modules ${config.targetModules.join(", ")} does not name in ${model}`,
    );
  }
  return fitted;
}

function take(
  given: Map<string, AdapterTensor>,
  name: string,
  shape: readonly [number, number],
): AdapterTensor {
  const tensor = given.get(name);
  if (tensor === undefined) {
    throw new RangeError(`the adapter lacks ${name}, of shape [${shape.join(", ")}]`);
  }
  if (tensor.shape.join() !== shape.join()) {
    throw new RangeError(
      `the adapter's ${name} has shape [${tensor.shape.join(", ")}], this model needs [${shape.join(", ")}]: it was made for another model`,
    );
  }
  given.delete(name);
  return tensor;
}
