/** Every kernel: loading their files registers them. For the self-test; the engine imports the ones it uses. */
import.meta.glob(["./**/*.ts", "!./**/*.test.ts", "!./all.ts"], { eager: true });

export { kernels as allKernels } from "./kernel";
