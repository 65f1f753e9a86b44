import { batchOne } from "./batch-one";
import { constantAnswer } from "./constant-answer";
import type { Finding, FindingKind, Rule } from "./finding";
import { klHigh, klNegative } from "./kl";
import { lengthDrift } from "./length";
import { entropyCollapse, ratioSpike } from "./policy";
import type { HealthContext, HealthSample } from "./sample";
import { zeroSpread } from "./spread";
import { valueExplosion } from "./value";

const rules: Readonly<Record<FindingKind, Rule>> = {
  "kl-high": klHigh,
  "kl-negative": klNegative,
  "ratio-spike": ratioSpike,
  "value-explosion": valueExplosion,
  "entropy-collapse": entropyCollapse,
  "length-drift": lengthDrift,
  "zero-spread": zeroSpread,
  "constant-answer": constantAnswer,
  "batch-one": batchOne,
};

/**
 * Watches one run of training, step by step. A kind is found once, and again only when a warning has become a problem;
 * a finding stays, since what was learned under it stays too.
 */
export class HealthMonitor {
  readonly #context: HealthContext;
  readonly #history: HealthSample[] = [];
  readonly #findings = new Map<FindingKind, Finding>();

  constructor(context: HealthContext) {
    this.#context = context;
  }

  /** @returns what this step brought to light. */
  add(sample: HealthSample): readonly Finding[] {
    this.#history.push(sample);
    const fresh: Finding[] = [];
    for (const [kind, rule] of Object.entries(rules) as [FindingKind, Rule][]) {
      const before = this.#findings.get(kind);
      if (before?.severity === "problem") continue;
      const verdict = rule(this.#history, this.#context);
      if (verdict === null || verdict.severity === before?.severity) continue;
      const finding = { kind, since: before?.since ?? sample.step, ...verdict };
      this.#findings.set(kind, finding);
      fresh.push(finding);
    }
    return fresh;
  }

  /** Every step that was added: adding them to a new monitor makes it this one. */
  get history(): readonly HealthSample[] {
    return this.#history;
  }

  /** All findings so far, in the order of their first step. */
  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }
}
