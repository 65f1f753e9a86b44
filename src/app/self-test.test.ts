import { expect, test, vi } from "vitest";
import type { BackendResult } from "../core/self-test/report";
import { connect, serve } from "../protocol/rpc";
import type { SelfTestContract } from "../protocol/self-test";
import { SelfTestState } from "./self-test.svelte";

vi.stubGlobal("navigator", { userAgent: "a browser", hardwareConcurrency: 2 });

const urls = { demoModel: "", wasm: "", golden: "" };
const passed = (backend: string): BackendResult => ({
  kind: "unavailable",
  backend,
  reason: "for the test",
});

/** Workers that answer as `test` says; the number of those not ended. */
function workers(test: (backend: string) => Promise<BackendResult>) {
  let alive = 0;
  const start = () => {
    const { port1, port2 } = new MessageChannel();
    serve<SelfTestContract>(port2, { test: ({ backend }) => test(backend) });
    alive++;
    return {
      client: connect<SelfTestContract>(port1),
      terminate: () => {
        alive--;
        port1.close();
      },
    };
  };
  return { start, alive: () => alive };
}

test("every backend is tested in a worker of its own, and one that fails harms no other", async () => {
  const { start, alive } = workers(async (backend) => {
    if (backend === "webgpu") throw new Error("the device was lost");
    return passed(backend);
  });
  const state = new SelfTestState(start, urls);
  await state.start();
  expect(state.status).toEqual({ kind: "done" });
  expect(state.report!.backends).toEqual([
    { kind: "unavailable", backend: "WebGPU", reason: "the device was lost" },
    passed("wasm"),
    passed("cpu"),
  ]);
  expect(alive()).toBe(0);
});

test("a cancel ends the worker at once and keeps what was found before", async () => {
  const { start, alive } = workers(async (backend) =>
    backend === "webgpu" ? passed(backend) : new Promise(() => {}),
  );
  const state = new SelfTestState(start, urls);
  const ended = state.start();
  await vi.waitFor(() => expect(state.report!.backends).toHaveLength(1));
  state.cancel();
  await ended;
  expect(state.status).toEqual({ kind: "cancelled" });
  expect(state.report!.backends).toEqual([passed("webgpu")]);
  expect(alive()).toBe(0);
});
