/** The bootstrap of α against a plain loop that recomputes α from scratch in each replicate. */
import { krippendorffAlpha } from "../../src/core/statistics/alpha";
import { bootstrapAlpha } from "../../src/core/statistics/alpha-bootstrap";
import type { Unit } from "../../src/core/statistics/alpha-level";
import { quantile } from "../../src/core/statistics/bootstrap";
import { mulberry32 } from "../../src/core/random";
import type { Bench } from "./bench";

const UNITS = 1000;
const RATERS = 3;
const REPLICATES = 2000;
const SEED = 42;

export const alphaBootstrap: Bench = {
  name: "alpha-bootstrap",
  about: "the bootstrap of alpha, against recomputing alpha in each replicate",
  quick: true,
  backends: [],
  async run() {
    const units = makeUnits();
    bootstrapAlpha(units, "nominal", { replicates: 100, seed: SEED }); // warm up
    const fast = time(
      () => bootstrapAlpha(units, "nominal", { replicates: REPLICATES, seed: SEED }).interval!,
    );
    const plain = time(() => plainInterval(units));
    const off =
      Math.abs(fast.result.low - plain.result.low) + Math.abs(fast.result.high - plain.result.high);
    if (off > 1e-12) throw new Error(`the two intervals differ by ${off}`);
    const figures = {
      ms: fast.milliseconds,
      plainMs: plain.milliseconds,
      ratio: plain.milliseconds / fast.milliseconds,
    };
    const lines = [
      `${REPLICATES} replicates of ${UNITS} units × ${RATERS} raters, nominal`,
      `bootstrapAlpha   ${fast.milliseconds.toFixed(1)} ms`,
      `plain loop       ${plain.milliseconds.toFixed(1)} ms`,
      `ratio            ${(plain.milliseconds / fast.milliseconds).toFixed(1)} ×, same interval`,
    ];
    return { figures, lines };
  },
};

/** Y for 7 of 10 units, each rating turned over in 4 of 100 cases and missing in 1 of 100. */
function makeUnits(): Unit[] {
  const random = mulberry32(SEED);
  return Array.from({ length: UNITS }, () => {
    const truth = random() < 0.7;
    return Array.from({ length: RATERS }, () => {
      const u = random();
      if (u < 0.01) return null;
      return truth !== u < 0.05 ? "Y" : "N";
    });
  });
}

function plainInterval(units: readonly Unit[]): { low: number; high: number } {
  const random = mulberry32(SEED);
  const alphas = Array.from({ length: REPLICATES }, () => {
    const drawn = units.map(() => units[Math.floor(random() * units.length)]!);
    return krippendorffAlpha(drawn, "nominal").alpha!;
  }).sort((a, b) => a - b);
  return { low: quantile(alphas, 0.025), high: quantile(alphas, 0.975) };
}

function time<T>(work: () => T): { milliseconds: number; result: T } {
  const start = performance.now();
  const result = work();
  return { milliseconds: performance.now() - start, result };
}
