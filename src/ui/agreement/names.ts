import type { Provenance } from "../../core/annotation/adjudication";
import type { NamedLevel } from "../../core/statistics/alpha-level";

/** Where a final label comes from, in a word. */
// @wc-include
export const PROVENANCE_NAMES: Readonly<Record<Provenance, string>> = {
  unanimous: "unanimous",
  majority: "majority",
  adjudicated: "adjudicated",
  unresolved: "unresolved",
};

/** Levels of measurement. */
// @wc-include
export const LEVEL_NAMES: Readonly<Record<NamedLevel, string>> = {
  nominal: "nominal",
  ordinal: "ordinal",
  interval: "interval",
  ratio: "ratio",
};
