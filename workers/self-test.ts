/** Tests one backend of this browser: kernels, golden cases, and a short benchmark. */
import * as tf from "@tensorflow/tfjs-core";
import type { Check, Measurement, TestedBackend } from "../src/core/self-test/report";
import { BACKEND_NAMES, BackendError, type BackendInfo, startBackend } from "../src/engine/backend";
import { fetchFiles } from "../src/engine/encoder/fetch-files";
import { benchmark } from "../src/engine/self-test/benchmark";
import { GpuErrors } from "../src/engine/self-test/gpu-errors";
import { type KernelCase, checkKernels, kernelCases } from "../src/engine/self-test/kernel-checks";
import { type CallContext, serve } from "../src/protocol/rpc";
import type { SelfTestContract, SelfTestProgress, SelfTestUrls } from "../src/protocol/self-test";
import type { DeviceInfo } from "../src/protocol/study";
import { goldenChecks } from "./golden-checks";
import { tryThreads } from "./try-threads";

// The DOM's types take `self` for a window.
serve<SelfTestContract>(self as unknown as Pick<Worker, "addEventListener" | "postMessage">, {
  async test({ backend, urls }, context) {
    await startBackend("cpu");
    const cases = await kernelCases(context.signal);
    try {
      return await testBackend(await start(backend, urls), cases, urls, context);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      return { kind: "unavailable", backend: BACKEND_NAMES[backend], reason: error.message };
    }
  },
});

async function start(backend: DeviceInfo["backend"], { wasm }: SelfTestUrls): Promise<BackendInfo> {
  const { threads } = backend === "wasm" ? await tryThreads(wasm) : { threads: 1 };
  return startBackend(backend, { wasmPath: wasm, wasmThreads: threads });
}

async function testBackend(
  { kind, device }: BackendInfo,
  cases: readonly KernelCase[],
  urls: SelfTestUrls,
  { signal, progress }: CallContext<SelfTestProgress>,
): Promise<TestedBackend> {
  const started = performance.now();
  const errors = new GpuErrors();
  const checks: Check[] = [];
  for await (const check of checkKernels(cases, errors, signal)) {
    checks.push(check);
    progress({ doing: `kernel ${check.name}`, part: { done: checks.length, total: cases.length } });
  }
  const golden = goldenChecks(urls.golden, errors, signal);
  const remarks: string[] = [];
  for await (const check of golden) {
    if (typeof check === "string") {
      remarks.push(check);
    } else {
      checks.push(check);
      progress({ doing: `golden case ${check.name}`, part: null });
    }
  }
  const measurements: Measurement[] = [];
  progress({ doing: "benchmark", part: null });
  const model = { name: "the demo model", ...fetchFiles(urls.demoModel, { signal }) };
  for await (const measurement of benchmark(model, signal)) {
    measurements.push(measurement);
    progress({ doing: `benchmark: ${measurement.name}`, part: null });
  }
  return {
    kind: "tested",
    backend: BACKEND_NAMES[kind],
    device: `${device} (TensorFlow.js ${tf.version_core})`,
    ...errors.adapter,
    checks,
    measurements,
    remarks,
    seconds: (performance.now() - started) / 1000,
  };
}
