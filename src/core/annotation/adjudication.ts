import type { Rating } from "../statistics/alpha-level";
import { type LabelTable, ratersOfKind } from "./label-table";
import { NA, type NaPolicy } from "./ratings-csv";
import type { Label } from "./task";

/**
 * A person's decision on a pair that raters disagree on. It is kept beside their labels and replaces none. Decisions
 * are a log: to take one back is a decision of its own.
 */
export interface Decision {
  readonly pairId: string;
  /** Null withdraws what was decided before: the pair is what the raters' labels make of it. */
  readonly label: Label | null;
  readonly by: string;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  readonly comment: string;
}

/** Where a final label comes from. */
export type Provenance = "unanimous" | "majority" | "adjudicated" | "unresolved";

export interface FinalLabel {
  readonly pairId: string;
  /** Null while unresolved. */
  readonly label: Label | null;
  readonly provenance: Provenance;
  /** The decision that stands, where provenance is "adjudicated". */
  readonly decision: (Decision & { readonly label: Label }) | null;
}

/**
 * The final label of each pair, from people's labels only:
 * - adjudicated: someone decided and did not withdraw it; the newest decision stands, whatever the raters said;
 * - unanimous: at least 2 raters labelled it, all the same;
 * - majority: more than half of the labels, and at least 2 of them, are the same;
 * - unresolved: everything else.
 *
 * @param na  under "missing" an NA is no label to decide by, so Y, Y, NA is a majority for Y, and NA, NA, NA unresolved.
 */
export function adjudicate(
  table: LabelTable,
  decisions: readonly Decision[],
  na: NaPolicy,
): FinalLabel[] {
  const newest = newestDecisions(decisions);
  return ratersOfKind(table, "person").rows.map(({ pair, labels }) => {
    const decision = newest.get(pair.id);
    if (decision && isStanding(decision)) {
      return { pairId: pair.id, label: decision.label, provenance: "adjudicated", decision };
    }
    return { pairId: pair.id, ...voteOf(labels, na), decision: null };
  });
}

/** The decision that the newest of a pair withdrew, so that it can be taken again; null if nothing was withdrawn. */
export function withdrawnDecision(
  decisions: readonly Decision[],
  pairId: string,
): FinalLabel["decision"] {
  const log = decisions.filter((decision) => decision.pairId === pairId);
  const newest = newestDecisions(log).get(pairId);
  if (!newest || isStanding(newest)) return null;
  return newestDecisions(log.filter(isStanding)).get(pairId) ?? null;
}

/** By pair id; of a pair's decisions the newest. */
function newestDecisions<D extends Decision>(decisions: readonly D[]): ReadonlyMap<string, D> {
  const newest = new Map<string, D>();
  for (const decision of decisions) {
    const known = newest.get(decision.pairId);
    if (known === undefined || isNewer(decision, known)) newest.set(decision.pairId, decision);
  }
  return newest;
}

function isStanding(decision: Decision): decision is Decision & { readonly label: Label } {
  return decision.label !== null;
}

/** What the labels of one pair settle on by themselves, as `adjudicate` says. */
export function voteOf<L extends Rating>(
  labels: readonly (L | null)[],
  na: NaPolicy,
): { readonly label: L | null; readonly provenance: Exclude<Provenance, "adjudicated"> } {
  const given = labels.filter((label) => label !== null);
  const counted = given.filter((label) => na === "category" || label !== NA);
  const winner = counted.find((label) => {
    const votes = counted.filter((other) => other === label).length;
    return votes >= 2 && 2 * votes > counted.length;
  });
  if (winner === undefined) return { label: null, provenance: "unresolved" };
  const isUnanimous = given.every((label) => label === winner);
  return { label: winner, provenance: isUnanimous ? "unanimous" : "majority" };
}

/** Of two at the same time, the one later in the alphabet, so that order does not matter. */
function isNewer(a: Decision, b: Decision): boolean {
  if (a.at !== b.at) return a.at > b.at;
  return `${a.label} ${a.by} ${a.comment}` > `${b.label} ${b.by} ${b.comment}`;
}
