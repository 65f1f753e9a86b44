/** The engine against PyTorch's numbers, on the backends that the app uses, in a worker of a real browser. */
import { expect, test } from "@playwright/test";
import type { ParityOutcome } from "./parity/worker";
import { sources } from "./site";

for (const backend of ["webgpu", "wasm"]) {
  test(`every golden case holds on ${backend} in a worker`, async ({ page }) => {
    await page.goto(`${sources}tests/browser/parity/index.html?backend=${backend}`);
    const outcome = await page.waitForFunction(
      () => (window as { parity?: ParityOutcome }).parity,
      null,
      {
        timeout: 500_000,
      },
    );
    const { results, gpuErrors, failure } = (await outcome.jsonValue())!;
    expect(failure).toBeUndefined();
    expect(gpuErrors).toEqual([]);
    expect(results!.length).toBeGreaterThan(100);
    expect(results!.filter(({ passed }) => !passed)).toEqual([]);
  });
}
