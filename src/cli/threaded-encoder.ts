/** The sentence encoder beside a policy on webgpu or cpu. */
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Encoder } from "../core/encode/encoder";
import { connect } from "../protocol/rpc";

export type EncoderThreadContract = {
  load: { params: null; progress: never; result: { name: string; revision: string } };
  embed: {
    params: { texts: readonly string[] };
    progress: { done: number; total: number };
    result: Float32Array[];
  };
};

/** Starts the thread, which lives as long as the process. */
export async function threadedUseLite(): Promise<Encoder> {
  const { port1, port2 } = new MessageChannel();
  // The bundle's second script lies beside the one that was started.
  const script = join(dirname(process.argv[1]!), "encoder-thread.js");
  const thread = new Worker(script, {
    workerData: { port: port2 },
    transferList: [port2 as unknown as import("node:worker_threads").MessagePort],
  });
  const failed = new Promise<never>((_, reject) => thread.once("error", reject));
  failed.catch(() => {}); // heard by whoever waits for the thread
  const client = connect<EncoderThreadContract>(port1);
  const id = await Promise.race([client.call("load", null), failed]);
  return {
    ...id,
    embed: (texts, { signal, onProgress } = {}) =>
      Promise.race([
        client.call(
          "embed",
          { texts },
          {
            ...(signal instanceof AbortSignal && { signal }),
            onProgress: ({ done, total }) => onProgress?.(done, total),
          },
        ),
        failed,
      ]),
  };
}
