import { expect, test } from "vitest";
import { type Browser, checkDevice, missingWebGpu } from "./device-check";

const UBUNTU = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"; // prettier-ignore
const EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"; // prettier-ignore
const SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"; // prettier-ignore

const none: Browser = {
  userAgent: CHROME,
  secure: true,
  hasWebGpu: false,
  gpu: null,
  threads: 1,
};

test.each([
  [UBUNTU, "about:config"],
  [WINDOWS, "version 141"],
  [CHROME, "enable-unsafe-webgpu"],
  [EDGE, "from version 113"],
  [SAFARI, "version 26"],
  ["Lynx/2.9", "have WebGPU"],
])("%s without WebGPU is told what helps: %s", (userAgent, help) => {
  expect(missingWebGpu({ ...none, userAgent })).toContain(help);
});

test("Chrome that has WebGPU and finds no GPU is told of drivers, not of an update", () => {
  const found = missingWebGpu({ ...none, userAgent: EDGE, hasWebGpu: true });
  expect(found).toContain("driver");
  expect(found).not.toContain("113");
});

test("over plain http the address is at fault, whatever the browser", () => {
  expect(missingWebGpu({ ...none, userAgent: SAFARI, secure: false })).toContain("https");
});

test("a GPU, a software GPU and none are three different headlines", () => {
  const headline = (change: Partial<Browser>) => checkDevice({ ...none, ...change }).headline;
  expect(headline({ gpu: { name: "nvidia ampere", software: false } })).toBe(
    "WebGPU on nvidia ampere",
  );
  expect(headline({ gpu: { name: "google swiftshader", software: true } })).toContain(
    "without a GPU",
  );
  expect(headline({ threads: 8 })).toBe("No GPU: WebAssembly, up to 8 threads");
});
