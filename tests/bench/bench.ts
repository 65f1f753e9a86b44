import type { BackendKind } from "../../src/engine/backend";

/** What a bench found: figures for --json, and lines to read, of which the last is the ratio. */
export interface Findings {
  readonly figures: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** How much is generated at once; what is left out is the bench's own. */
export interface Size {
  readonly rows?: number;
  readonly tokens?: number;
}

/** One measurement against a plain way of doing the same, in one run on one machine. */
export interface Bench {
  readonly name: string;
  /** What it measures, against what. */
  readonly about: string;
  /** Runs without being named. The others take minutes, or gigabytes, or need something that may not be there. */
  readonly quick: boolean;
  /** Those it can run on, the default first; none where nothing is computed by tfjs. */
  readonly backends: readonly BackendKind[];
  /** Whether it heeds what is asked for; otherwise asking is an error. */
  readonly takesSize?: true;
  run(backend: BackendKind, size?: Size): Promise<Findings>;
}

/** What a bench needs is not on this machine: said, and no failure. */
export class Skip extends Error {
  override readonly name = "Skip";
}
