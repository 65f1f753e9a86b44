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
import type { NamedLevel, Rating } from "../statistics/alpha-level";
import type { BootstrapOptions } from "../statistics/bootstrap";
import { fleissKappa, type FleissKappa } from "../statistics/fleiss";
import { gwetAc1, type GwetAc1 } from "../statistics/gwet";
import { type PairwiseAgreement, pairwiseAgreement } from "../statistics/kappa";
import { voteOf } from "./adjudication";
import { type LabelTable, ratersOfKind } from "./label-table";
import { applyNaPolicy, type NaPolicy } from "./ratings-csv";
import type { Rater } from "./session-file";
import { LABELS } from "./task";

export interface AgreementOptions extends BootstrapOptions {
  /** Applies to all but `byPolicy`, which shows both. As a category, NA needs level nominal. */
  readonly na: NaPolicy;
  /** Level of measurement of α; nominal for Y and N, the others for ratings that are numbers. */
  readonly level?: NamedLevel;
  /** Blocks of time that the table is cut into. */
  readonly blocks?: number;
}

/** Everything that the agreement page shows of people's labels; models stand apart. */
export interface Agreement {
  readonly people: readonly Rater[];
  /** `category` is null above nominal: NA has no place on a scale. */
  readonly byPolicy: {
    readonly missing: AlphaWithInterval;
    readonly category: AlphaWithInterval | null;
  };
  readonly blocks: readonly BlockAlpha[];
  /** The first half of the pairs and the second; one where there is one pair. */
  readonly halves: readonly BlockAlpha[];
  /** Agreement of the second half against the first: null while their intervals meet. */
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
  /** By label: Y, N and NA, or every rating that occurs. */
  readonly counts: Readonly<Record<string, number>>;
  /** Pairs without a label of this rater. */
  readonly missing: number;
}

/** A model against the label that people settled on by vote, pair by pair. */
export interface ModelAgreement {
  readonly model: Rater;
  readonly alpha: AlphaWithInterval;
}

/**
 * α and what explains it.
 *
 * @throws RangeError for bootstrap options or blocks out of range, ratings that the level cannot take, or NA as a
 *         category above nominal.
 */
export function agreementOf<L extends Rating>(
  table: LabelTable<L>,
  { na, level = "nominal", blocks = 2, ...bootstrap }: AgreementOptions,
): Agreement {
  if (na === "category" && level !== "nominal") {
    throw new RangeError(
      `NA as a category needs level nominal: it has no place on ${level}'s scale`,
    );
  }
  const { raters: people, rows } = ratersOfKind(table, "person");
  const given = rows.map(({ labels }) => labels);
  const units = applyNaPolicy(given, na);
  const alphaOfPolicy = (policy: NaPolicy) =>
    alphaWithInterval(applyNaPolicy(given, policy), level, bootstrap);
  const halves = alphaByBlock(units, level, 2, bootstrap);
  return {
    people,
    byPolicy: {
      missing: alphaOfPolicy("missing"),
      category: level === "nominal" ? alphaOfPolicy("category") : null,
    },
    blocks: alphaByBlock(units, level, blocks, bootstrap),
    halves,
    drift: driftOf(halves),
    withoutRater: alphaWithoutRater(units, level, people.length).map((alpha, i) => ({
      rater: people[i]!,
      alpha,
    })),
    pairwise: pairwiseAgreement(units, people.length),
    fleiss: fleissKappa(units, people.length),
    gwet: gwetAc1(units),
    costliest: alphaInfluence(units, level)
      .flatMap((influence, i) =>
        influence === null || influence >= 0 ? [] : [{ pairId: rows[i]!.pair.id, influence }],
      )
      .sort((a, b) => a.influence - b.influence),
    distribution: distributionOf(table),
    models: modelsAgainstPeople(table, na, level, bootstrap),
  };
}

function distributionOf<L extends Rating>({ raters, rows }: LabelTable<L>): LabelDistribution[] {
  const categories = categoriesOf(rows.flatMap(({ labels }) => labels));
  return raters.map((rater, i) => {
    const count = (label: Rating | null) => rows.filter(({ labels }) => labels[i] === label).length;
    const counts = Object.fromEntries(categories.map((label) => [label, count(label)]));
    return { rater, counts, missing: count(null) };
  });
}

/** Y, N and NA even where one does not occur; of other ratings those that do, numbers in ascending order. */
function categoriesOf(ratings: readonly (Rating | null)[]): readonly Rating[] {
  const found = [...new Set(ratings.filter((rating) => rating !== null))];
  if (found.every((rating) => (LABELS as readonly Rating[]).includes(rating))) return LABELS;
  return found.sort((a, b) => Number(a) - Number(b) || (String(a) < String(b) ? -1 : 1));
}

/** Decisions of an adjudicator don't enter: they may have been taken with the model's label in view. */
function modelsAgainstPeople<L extends Rating>(
  table: LabelTable<L>,
  na: NaPolicy,
  level: NamedLevel,
  bootstrap: BootstrapOptions,
): ModelAgreement[] {
  const people = ratersOfKind(table, "person").rows;
  const { raters, rows } = ratersOfKind(table, "model");
  return raters.map((model, i) => {
    const units = rows.map(({ labels }, row) => [
      voteOf(people[row]!.labels, na).label,
      labels[i]!,
    ]);
    return { model, alpha: alphaWithInterval(applyNaPolicy(units, na), level, bootstrap) };
  });
}
