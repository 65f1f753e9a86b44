import type { Alpha } from "../statistics/alpha";
import {
  alphaByBlock,
  alphaInfluence,
  alphaWithInterval,
  alphaWithoutRater,
  type AlphaWithInterval,
  type BlockAlpha,
  driftOf,
} from "../statistics/alpha-diagnostics";
import type { BootstrapOptions } from "../statistics/bootstrap";
import { fleissKappa, type FleissKappa } from "../statistics/fleiss";
import { gwetAc1, type GwetAc1 } from "../statistics/gwet";
import { type PairwiseAgreement, pairwiseAgreement } from "../statistics/kappa";
import { adjudicate } from "./adjudication";
import { type LabelTable, ratersOfKind } from "./label-table";
import { applyNaPolicy, type NaPolicy } from "./ratings-csv";
import type { Rater } from "./session-file";
import { type Label, LABELS } from "./task";

export interface AgreementOptions extends BootstrapOptions {
  /** Applies to all but `byPolicy`, which shows both. */
  readonly na: NaPolicy;
  /** Blocks of time that the table is cut into. */
  readonly blocks?: number;
}

/** Everything that the agreement page shows of people's labels; models stand apart. */
export interface Agreement {
  readonly people: readonly Rater[];
  readonly byPolicy: Readonly<Record<NaPolicy, AlphaWithInterval>>;
  readonly blocks: readonly BlockAlpha[];
  /** Agreement of the last block against the first: null while their intervals meet. */
  readonly drift: ReturnType<typeof driftOf>;
  readonly withoutRater: readonly { readonly rater: Rater; readonly alpha: Alpha }[];
  readonly pairwise: readonly PairwiseAgreement[];
  readonly fleiss: FleissKappa;
  readonly gwet: GwetAc1;
  /** Pairs that cost α, the costliest first: α less α without the pair is below 0. */
  readonly costliest: readonly { readonly pairId: string; readonly influence: number }[];
  readonly distribution: readonly LabelDistribution[];
  readonly models: readonly ModelAgreement[];
}

export interface LabelDistribution {
  readonly rater: Rater;
  readonly counts: Readonly<Record<Label, number>>;
  /** Pairs without a label of this rater. */
  readonly missing: number;
}

/** A model against the label that people settled on by vote, pair by pair. */
export interface ModelAgreement {
  readonly model: Rater;
  readonly alpha: AlphaWithInterval;
}

/** α and what explains it. @throws RangeError for bootstrap options or blocks out of range. */
export function agreementOf(
  table: LabelTable,
  { na, blocks = 2, ...bootstrap }: AgreementOptions,
): Agreement {
  const { raters: people, rows } = ratersOfKind(table, "person");
  const given = rows.map(({ labels }) => labels);
  const units = applyNaPolicy(given, na);
  const alphaOfPolicy = (policy: NaPolicy) =>
    alphaWithInterval(applyNaPolicy(given, policy), "nominal", bootstrap);
  const byBlock = alphaByBlock(units, "nominal", blocks, bootstrap);
  return {
    people,
    byPolicy: { missing: alphaOfPolicy("missing"), category: alphaOfPolicy("category") },
    blocks: byBlock,
    drift: driftOf(byBlock),
    withoutRater: alphaWithoutRater(units, "nominal", people.length).map((alpha, i) => ({
      rater: people[i]!,
      alpha,
    })),
    pairwise: pairwiseAgreement(units, people.length),
    fleiss: fleissKappa(units, people.length),
    gwet: gwetAc1(units),
    costliest: alphaInfluence(units, "nominal")
      .flatMap((influence, i) =>
        influence === null || influence >= 0 ? [] : [{ pairId: rows[i]!.pair.id, influence }],
      )
      .sort((a, b) => a.influence - b.influence),
    distribution: distributionOf(table),
    models: modelsAgainstPeople(table, na, bootstrap),
  };
}

function distributionOf({ raters, rows }: LabelTable): LabelDistribution[] {
  return raters.map((rater, i) => {
    const count = (label: Label | null) => rows.filter(({ labels }) => labels[i] === label).length;
    const counts = Object.fromEntries(LABELS.map((label) => [label, count(label)]));
    return { rater, counts: counts as Record<Label, number>, missing: count(null) };
  });
}

/** Decisions of an adjudicator don't enter: they may have been taken with the model's label in view. */
function modelsAgainstPeople(
  table: LabelTable,
  na: NaPolicy,
  bootstrap: BootstrapOptions,
): ModelAgreement[] {
  const settled = adjudicate(table, [], na);
  const { raters, rows } = ratersOfKind(table, "model");
  return raters.map((model, i) => {
    const units = rows.map(({ labels }, row) => [settled[row]!.label, labels[i]!]);
    return { model, alpha: alphaWithInterval(applyNaPolicy(units, na), "nominal", bootstrap) };
  });
}
