/** What a training phase needs to go on exactly where it stood. */
/** The phases that train. LoRA counts optimiser steps, PPO counts PPO steps. */
export interface TrainingPhase {
  readonly kind: "lora" | "ppo";
  readonly cycle: number;
}

/** Row-major float32 values. */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Checkpoint {
  readonly phase: TrainingPhase;
  /** Steps done. The order of the data, dropout and sampling derive from the study's seed and this. */
  readonly step: number;
  /** What is no tensor: optimiser step, KL coefficient, moments of the scores, state of the health watch. */
  readonly state: Json;
  /** Adapter, value head, optimiser moments, by name. */
  readonly tensors: Readonly<Record<string, CheckpointTensor>>;
}

/** A checkpoint as training gives and takes it, without the phase it belongs to. */
export type TrainingState = Pick<Checkpoint, "step" | "state" | "tensors">;

/** What JSON can hold; numbers are finite. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
