import { expect, test } from "vitest";
import { selfTestMarkdown } from "./markdown";
import { figure, inWords } from "./report";

test("a report says in Markdown what passed, what did not and how, and what is missing and why", () => {
  const text = selfTestMarkdown({
    versions: { Steadfast: "0.1.0" },
    at: Date.UTC(2026, 0, 1),
    environment: { browser: "Chromium 156" },
    backends: [
      {
        kind: "tested",
        backend: "WebGPU",
        device: "nvidia ampere",
        features: ["shader-f16"],
        limits: { maxBufferSize: 1 },
        checks: [
          { group: "kernel", name: "gelu", outcome: { kind: "passed" } },
          { group: "kernel", name: "softmax", outcome: { kind: "off", by: 3.14159 } },
          { group: "golden", name: "loss", outcome: { kind: "failed", message: "a | b\nc" } },
        ],
        measurements: [{ name: "Matrix product", value: 1234.5, unit: "GFLOP/s", message: null }],
        remarks: [],
        seconds: 3.4,
      },
      { kind: "unavailable", backend: "WebAssembly", reason: "it did not start" },
    ],
  });
  expect(text).toBe(`## Steadfast self-test

- Steadfast: 0.1.0
- time: 2026-01-01T00:00:00.000Z
- browser: Chromium 156

### WebGPU: nvidia ampere

1 of 3 checks passed in 3 s.

| what | measured |
| --- | --- |
| Matrix product | ${(1234.5).toFixed(0)} GFLOP/s |

| check | outcome |
| --- | --- |
| softmax | off by 3.1 × the tolerance |
| loss | failed: a \\| b c |

Features: shader-f16

Limits: maxBufferSize 1

### WebAssembly: not available

it did not start
`);
});

test("numbers that are none, and measurements that failed, are said in words", () => {
  expect(inWords({ kind: "off", by: null })).toContain("a number that is none");
  expect(figure({ name: "x", value: null, unit: "s", message: "it broke" })).toBe(
    "not measured: it broke",
  );
});
