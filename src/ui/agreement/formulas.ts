/** The formulas behind the page's figures, as core computes them. */
export interface FormulaText {
  readonly equation: string;
  readonly meaning: string;
  readonly source: string;
}

export const FORMULAS = {
  percent: {
    equation: "share of equal labels among all pairs of labels of one pair of answers",
    meaning:
      "Not corrected for chance: where 95 % of labels are Y, raters who guess agree in 90 % of cases.",
    source: "1 − observed disagreement of the nominal α",
  },
  alpha: {
    equation: "α = 1 − Dₒ / Dₑ",
    meaning:
      "Dₒ is the disagreement observed within the pairs, Dₑ that expected if labels were shuffled among them. A pair of m labels counts each two of them with weight 1/(m − 1), so missing labels are allowed; pairs with fewer than two are left out.",
    source: "Krippendorff 2011, Computing Krippendorff's Alpha-Reliability",
  },
  cohen: {
    equation: "κ = (pₒ − pₑ) / (1 − pₑ),  pₑ = Σ p₁(c)·p₂(c)",
    meaning:
      "Two raters over the pairs that both labelled; pₑ is what they would agree by chance, each with their own shares of the labels c.",
    source: "Cohen 1960",
  },
  fleiss: {
    equation: "κ = (P̄ − P̄ₑ) / (1 − P̄ₑ),  P̄ₑ = Σ p(c)²",
    meaning:
      "P̄ is the mean share of equal labels of a pair, p(c) the share of label c over all raters. Only pairs that every rater labelled count.",
    source: "Fleiss 1971",
  },
  gwet: {
    equation: "AC1 = (pₐ − pₑ) / (1 − pₑ),  pₑ = Σ π(c)(1 − π(c)) / (q − 1)",
    meaning:
      "Does not fall, as κ does, where one label prevails. π(c) is the mean share of label c, q the number of labels that occur.",
    source: "Gwet 2014, Handbook of Inter-Rater Reliability",
  },
  auc: {
    equation: "AUC = P(metric of a Y pair > metric of an N pair), ties count half",
    meaning:
      "Pair by pair, against the label that more raters gave; ties are left out. 0.5 is chance, 1 tells Y from N without a fault.",
    source: "Hanley & McNeil 1982",
  },
  pearson: {
    equation: "r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)²·Σ(y − ȳ)²)",
    meaning:
      "Question by question: x is the metric's mean over the pairs, y people's mean share of Y.",
    source: "Pearson's product-moment correlation",
  },
  spearman: {
    equation: "ρ = r of the ranks, ties sharing their mean rank",
    meaning: "As Pearson's r, by order alone.",
    source: "Spearman 1904",
  },
  kendall: {
    equation: "τ_b = (C − D) / √((n₀ − tₓ)(n₀ − t_y)),  n₀ = n(n − 1)/2",
    meaning:
      "C pairs of questions in the same order by metric and people, D in opposite order, t tied.",
    source: "Kendall 1945",
  },
} as const satisfies Record<string, FormulaText>;
export type FormulaName = keyof typeof FORMULAS;
