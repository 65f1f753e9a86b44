/** Every kernel's examples: the current backend's form against the plain form on cpu. */
import type { AbortSignalLike } from "../../core/abort";
import type { Check, Outcome } from "../../core/self-test/report";
import { messageOf } from "../../core/message-of";
import { allKernels } from "../kernels/all";
import { type Output, deviation, runExample, runPlain } from "../kernels/check";
import type { Example } from "../kernels/example";
import type { AnyKernel } from "../kernels/kernel";
import { nextTask } from "../training/next-task";
import type { GpuErrors } from "./gpu-errors";

export interface KernelCase {
  readonly name: string;
  readonly kernel: AnyKernel;
  readonly example: Example<object>;
  readonly expected: readonly Output[];
}

/** The examples with what is expected of them. The cpu backend must be the current one. */
export async function kernelCases(signal: AbortSignalLike): Promise<readonly KernelCase[]> {
  const cases: KernelCase[] = [];
  for (const [name, kernel] of allKernels) {
    for (const example of kernel.definition.examples()) {
      await nextTask(signal);
      const expected = await runPlain(kernel, example);
      cases.push({ name: `${name}: ${example.title}`, kernel, example, expected });
    }
  }
  return cases;
}

/** Runs them on the current backend, one after the other. */
export async function* checkKernels(
  cases: readonly KernelCase[],
  errors: GpuErrors,
  signal: AbortSignalLike,
): AsyncGenerator<Check> {
  for (const { name, kernel, example, expected } of cases) {
    await nextTask(signal);
    yield { group: "kernel", name, outcome: await outcomeOf() };

    async function outcomeOf(): Promise<Outcome> {
      try {
        const by = deviation(await runExample(kernel, example), expected, example.tolerance);
        await errors.check();
        return by <= 1 ? { kind: "passed" } : { kind: "off", by: Number.isFinite(by) ? by : null };
      } catch (error) {
        return { kind: "failed", message: messageOf(error) };
      }
    }
  }
}
