/**
 * The engine's own SIMD code (assembly/), on the memory of tfjs's wasm backend: tensors are worked on where they lie, and no weight is copied. Why not
 * tfjs's products: docs/decisions.md.
 */
import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { hostView } from "../kernels/decode/host-view";
import { wasmHeap } from "../wasm-heap";
import { OWN_MEMORY, SHARED_MEMORY } from "./compiled";

/** What assembly/index.ts exports; numbers are addresses in bytes and sizes in elements. */
export interface Functions {
  roomForProduct(): number;
  addProduct(
    ...args: [
      ...[a: number, b: number, c: number, rows: number, depth: number, columns: number],
      ...[aTurned: boolean, bTurned: boolean, room: number],
    ]
  ): void;
  layerNorm(
    ...args: [x: number, norm: number, y: number, rows: number, width: number, epsilon: number]
  ): void;
  gelu(x: number, y: number, count: number): void;
  timesGeluSlope(dy: number, x: number, count: number): void;
  attend(
    ...args: [
      ...[q: number, prompts: number, cache: number, rows: number, y: number, weights: number],
      ...[live: number, width: number, heads: number, promptSlots: number, slots: number],
    ]
  ): void;
}

/** By the names that Emscripten gives them: with threads the memory is made outside the module, else inside. */
interface Heap {
  readonly asm: { readonly memory?: WebAssembly.Memory };
  readonly wasmMemory?: WebAssembly.Memory;
}

/** A matrix, or neighbouring rows of one, whose shape is then theirs. */
export type Matrix = Pick<TensorInfo, "dataId" | "shape"> & { readonly firstRow?: number };

const loaded = new WeakMap<object, Simd>();

export class Simd {
  readonly functions: Functions;
  readonly #threaded: boolean;
  readonly #backend: BackendWasm;
  #room: number | null = null;

  /** @param threaded  whether tfjs's products run on several threads. */
  constructor(backend: BackendWasm, functions: Functions, threaded: boolean) {
    this.#backend = backend;
    this.functions = functions;
    this.#threaded = threaded;
  }

  /** Whether products are quicker here: ours run on one thread, and elementwise work takes rows of these widths. */
  multiplies(...widths: readonly number[]): boolean {
    return !this.#threaded && widths.every((width) => width % 4 === 0);
  }

  /**
   * What a sum of products starts from: bias, [columns], in every row, plus the residual, [rows, columns]; 0 without both.
   */
  filled(
    [rows, columns]: readonly [rows: number, columns: number],
    {
      bias,
      residual,
    }: { readonly bias?: TensorInfo | undefined; readonly residual?: TensorInfo | undefined },
  ): TensorInfo {
    const y = this.empty([rows, columns]);
    const values = hostView(y);
    if (residual) values.set(hostView(residual));
    else if (!bias) values.fill(0);
    if (!bias) return y;
    const own = hostView(bias);
    for (let start = 0; start < values.length; start += columns) {
      if (!residual) values.set(own, start);
      else for (let i = 0; i < columns; i++) values[start + i]! += own[i]!;
    }
    return y;
  }

  /** y += a·b, a·bᵀ or aᵀ·b. A row of y does not depend on those beside it, bit for bit. */
  addProduct(y: TensorInfo, a: Matrix, b: Matrix, layout: "ab" | "abt" | "atb"): void {
    const [rows, columns] = y.shape as [number, number];
    const depth = a.shape[layout === "atb" ? 0 : 1]!;
    this.#room ??= wasmHeap()._malloc(this.functions.roomForProduct());
    this.functions.addProduct(
      ...([this.at(a), this.at(b), this.at(y), rows, depth, columns] as const),
      ...([layout === "atb", layout === "abt", this.#room] as const),
    );
  }

  /** GPT-2's GELU, elementwise; a multiple of 4 numbers. */
  gelu(x: TensorInfo): TensorInfo {
    const y = this.empty(x.shape);
    this.functions.gelu(this.at(x), this.at(y), util.sizeFromShape(x.shape));
    return y;
  }

  /** dy ← dy·GELU′(x). */
  timesGeluSlope(dy: TensorInfo, x: TensorInfo): void {
    this.functions.timesGeluSlope(this.at(dy), this.at(x), util.sizeFromShape(x.shape));
  }

  /** The layer norm of rows x [rows, width] by norm, [2, width]: gain, bias. */
  layerNorm(x: TensorInfo, norm: TensorInfo, epsilon: number): TensorInfo {
    const [rows, width] = x.shape as [number, number];
    const y = this.empty(x.shape);
    this.functions.layerNorm(this.at(x), this.at(norm), this.at(y), rows, width, epsilon);
    return y;
  }

  /** A float32 tensor of undefined content. */
  empty(shape: readonly number[]): TensorInfo {
    return this.#backend.makeOutput([...shape], "float32");
  }

  /** Where the tensor lies, in bytes; of rows, where the first one does. */
  at({ dataId, shape, firstRow = 0 }: Matrix): number {
    return this.#backend.dataIdMap.get(dataId).memoryOffset + 4 * firstRow * (shape[1] ?? 0);
  }

  /** The same tensor as a kernel's result: what a kernel changed in place. */
  share({ dataId, dtype, shape }: TensorInfo): TensorInfo {
    this.#backend.incRef(dataId);
    return { dataId, dtype, shape };
  }

  /** Frees a tensor made by `empty` that is no result. */
  dispose(...tensors: readonly TensorInfo[]): void {
    for (const { dataId } of tensors) this.#backend.disposeData(dataId);
  }
}

/** Puts the code beside a backend that has started. Where the browser has no SIMD, kernels keep their plain forms. */
export async function loadSimd(backend: BackendWasm): Promise<void> {
  if (loaded.has(backend)) return;
  const { asm, wasmMemory } = backend.wasm as unknown as Heap;
  const memory = asm.memory ?? wasmMemory;
  if (memory === undefined) throw new Error("tfjs-backend-wasm no longer shows its memory");
  const threaded =
    typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  const bytes = Uint8Array.from(atob(threaded ? SHARED_MEMORY : OWN_MEMORY), (letter) =>
    letter.charCodeAt(0),
  );
  if (!WebAssembly.validate(bytes)) return;
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  loaded.set(backend, new Simd(backend, instance.exports as unknown as Functions, threaded));
}

/** Null where it was not loaded. */
export function simdOf(backend: object): Simd | null {
  return loaded.get(backend) ?? null;
}
