/** The linear maps of a GPT-2 that an adapter can attach to. */
import type { Gpt2Config } from "./config";

/** A map x·W + b within a block, W [fanIn, fanOut]. */
export interface BlockMap {
  /** Within its block: "attn.c_attn". */
  readonly name: string;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** In the order of computation. */
export function blockMaps({ width, inner }: Pick<Gpt2Config, "width" | "inner">): BlockMap[] {
  return [
    { name: "attn.c_attn", fanIn: width, fanOut: 3 * width },
    { name: "attn.c_proj", fanIn: width, fanOut: width },
    { name: "mlp.c_fc", fanIn: width, fanOut: inner },
    { name: "mlp.c_proj", fanIn: inner, fanOut: width },
  ];
}

/** PEFT's rule: a target is a map's whole name or the end of it after a dot; "c_proj" is both c_proj maps of a block. */
export function isTarget(name: string, target: string): boolean {
  return name === target || name.endsWith(`.${target}`);
}
