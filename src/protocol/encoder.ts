/** What the sentence encoder's worker can be asked; workers/encoder.ts answers. Progress comes at most 10 times a second. */
export type EncoderContract = {
  /** Starts wasm and loads the model; both addresses are absolute folders ending in "/". Again: loads anew. */
  load: {
    params: { encoderUrl: string; wasmUrl: string };
    progress: { loaded: number; total: number }; // bytes
    result: { name: string; revision: string };
  };
  /** Unit vectors [512] in the order of the texts; their buffers are moved. */
  embed: {
    params: { texts: readonly string[] };
    progress: { done: number; total: number }; // texts
    result: Float32Array[];
  };
};
