import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { beforeAll, describe, expect, test } from "vitest";
import { backends, useBackend } from "../../tests/backends";
import { DeviceLostError, GpuError, unlessDeviceFails } from "./device-failure";
import { isOutOfMemory } from "./out-of-memory";

const goesOn = new AbortController().signal;

test("elsewhere than on a GPU work is only waited for", async () => {
  await useBackend("cpu");
  expect(await unlessDeviceFails(async (signal) => signal, goesOn)).toBe(goesOn);
});

describe.runIf(backends.includes("webgpu"))("on webgpu", () => {
  beforeAll(() => useBackend("webgpu"));
  const deviceNow = () => (tf.backend() as WebGPUBackend).device;

  /** Computes with a buffer that the device does not make; the result is read, and is zero. */
  async function ofRefused(bytes: number): Promise<number> {
    const buffer = deviceNow().createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE });
    const sum = tf.tidy(() => tf.sum(tf.ones([100])));
    const [value] = await sum.data();
    sum.dispose();
    buffer.destroy();
    return value!;
  }

  test("work that nothing goes wrong with gives what it gives", async () => {
    expect(await unlessDeviceFails(() => ofRefused(1024), goesOn)).toBe(100);
  });

  test("a command that the GPU refuses ends the work, and memory that ran out is told as that", async () => {
    const { maxBufferSize } = deviceNow().limits;
    let told: AbortSignal | null = null;
    const failing = async (bytes: number, signal: AbortSignal) => {
      told = signal;
      await ofRefused(bytes);
      return "a result";
    };
    const ended = (bytes: number) =>
      unlessDeviceFails((signal) => failing(bytes, signal), goesOn).catch(
        (error: unknown) => error,
      );
    const tooLarge = await ended(maxBufferSize + 4);
    expect(tooLarge).toBeInstanceOf(GpuError);
    expect((tooLarge as Error).message).toMatch(/^the GPU refused a command \(.*max buffer size/);
    expect(told!.aborted).toBe(true);
    expect(isOutOfMemory(tooLarge)).toBe(false);
    // SwiftShader promises more than it makes.
    const noRoom = await ended(maxBufferSize);
    expect((noRoom as Error).message).toMatch(/^the GPU is out of memory/);
    expect(isOutOfMemory(noRoom)).toBe(true);
  });

  test("a GPU that is lost is told as lost, also while the work waits for ever", async () => {
    const device = deviceNow();
    const lost = unlessDeviceFails(() => {
      device.destroy();
      return new Promise<never>(() => {});
    }, goesOn);
    await expect(lost).rejects.toThrow(DeviceLostError);
  });
});
