/** What the self-test found: every check and measurement, on every backend of one browser. */

/** `by`: the largest deviation in multiples of the tolerance; null where a shape differs or a number is none. */
export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "off"; readonly by: number | null }
  | { readonly kind: "failed"; readonly message: string };

export interface Check {
  /** A kernel against its plain form on cpu, or the engine against PyTorch's numbers. */
  readonly group: "kernel" | "golden";
  readonly name: string;
  readonly outcome: Outcome;
}

export interface Measurement {
  readonly name: string;
  /** Null where it could not be measured; `message` says why. */
  readonly value: number | null;
  readonly unit: string;
  readonly message: string | null;
}

export interface TestedBackend {
  readonly kind: "tested";
  readonly backend: string;
  readonly device: string;
  /** Of the GPU adapter, as it gives them; empty elsewhere. */
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
  readonly measurements: readonly Measurement[];
  /** Golden cases that time did not suffice for: where the search was broken off. */
  readonly remarks: readonly string[];
  readonly seconds: number;
}

export type BackendResult =
  | TestedBackend
  | { readonly kind: "unavailable"; readonly backend: string; readonly reason: string };

export interface SelfTestReport {
  /** Steadfast's and TensorFlow.js's. */
  readonly versions: Readonly<Record<string, string>>;
  /** ms since the epoch. */
  readonly at: number;
  /** What the browser says of itself and of the machine, by name. */
  readonly environment: Readonly<Record<string, string>>;
  readonly backends: readonly BackendResult[];
}

export function hasPassed({ outcome }: Check): boolean {
  return outcome.kind === "passed";
}

/** An outcome in words. */
export function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case "passed":
      return "passed";
    case "off":
      return outcome.by === null
        ? "off: another shape, or a number that is none"
        : `off by ${outcome.by.toPrecision(2)} × the tolerance`;
    case "failed":
      return `failed: ${outcome.message}`;
  }
}

/** "42 of 43 checks passed". */
export function summary({ checks }: TestedBackend): string {
  return `${checks.filter(hasPassed).length} of ${checks.length} checks passed`;
}

/** A measurement with its unit: three digits are what it is good for. */
export function figure({ value, unit, message }: Measurement): string {
  if (value === null) return `not measured: ${message ?? "no reason given"}`;
  const digits = value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  return `${digits} ${unit}`;
}
