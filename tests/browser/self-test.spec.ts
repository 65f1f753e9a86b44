/** The self-test page of the built site, on SwiftShader and wasm. */
import { expect, test } from "@playwright/test";
import { open, watchRequests } from "./site";

test("every kernel passes on WebGPU and wasm, and the result can be copied", async ({
  page,
  context,
}) => {
  test.setTimeout(900_000); // SwiftShader, on a machine that does other things too
  const foreign = watchRequests(page);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "#/setup");
  await page.getByRole("link", { name: "self-test", exact: true }).click();
  await page.getByRole("button", { name: "Start the test" }).click();
  await expect(page.getByRole("status", { name: "Progress" })).toContainText(/kernel .+ of \d+/, {
    timeout: 60_000,
  });
  for (const backend of ["WebGPU", "WebAssembly"]) {
    const found = page.getByRole("region", { name: backend });
    await expect(found).toContainText(/(\d+) of \1 checks passed/, { timeout: 400_000 });
    await expect(found).toContainText(/Matrix product\s*[\d.]+ GFLOP\/s/);
    await expect(found).toContainText(/LoRA step.*\s*[\d.]+ ms/);
  }
  await page.getByRole("button", { name: "Cancel" }).click(); // plain JavaScript is slow, and has no kernels of its own
  await expect(page.getByText("You cancelled the test")).toBeVisible();
  await page.getByRole("button", { name: "Copy for a bug report" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toMatch(/### WebGPU: .+\n\n(\d+) of \1 checks passed/);
  expect(text).toContain("maxStorageBufferBindingSize");
  expect(foreign()).toEqual([]);
});
