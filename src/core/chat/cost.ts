/** What requests cost, before and while they are made. */
import type { StoredReply } from "./reply";
import type { ChatRequest } from "./request";
import { NO_USAGE, type Usage, addUsage, estimateTokens, mostTokens, promptTokens } from "./usage";

/**
 * Per million tokens, in whatever currency the user reads them. Null where unknown: prices change, so none is built in. A local
 * server's are 0.
 */
export interface Prices {
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
}

/** What must not be exceeded; null is no limit. */
export interface Budget {
  /** In the currency of the prices. */
  readonly budget: number | null;
  /** Of prompts and replies together. */
  readonly tokenBudget: number | null;
}

/** What was paid so far. */
export interface Spending extends Usage {
  /** Replies that were paid for. */
  readonly replies: number;
  /** Of them, those whose tokens the server did not count, so that they are estimated. */
  readonly estimated: number;
  /** Null where a price is unknown. */
  readonly cost: number | null;
}

export const NOTHING_SPENT: Spending = { ...NO_USAGE, replies: 0, estimated: 0, cost: null };

/** The requests to come: a stated upper bound, and how many of them are answered already. */
export interface CostEstimate extends Usage {
  readonly requests: number;
  /** Answered earlier: they cost nothing. */
  readonly stored: number;
  /** At most; null where a price is unknown. */
  readonly cost: number | null;
}

/** The budget leaves no room for one more request. What was answered is kept; with a higher one the work goes on. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
}

/** Null where a price is unknown. */
export function costOf(
  { promptTokens, completionTokens }: Usage,
  { inputPrice, outputPrice }: Prices,
): number | null {
  if (inputPrice === null || outputPrice === null) return null;
  return (promptTokens * inputPrice + completionTokens * outputPrice) / 1e6;
}

/** Tokens of a reply as the server counted them, else by the rule of `estimateTokens`. */
export function usageOf({ request, text, usage }: StoredReply): Usage {
  if (usage !== null) return usage;
  return { promptTokens: promptTokens(request), completionTokens: estimateTokens(text) };
}

export function spendingOf(replies: readonly StoredReply[], prices: Prices): Spending {
  const usage = replies.map(usageOf).reduce(addUsage, NO_USAGE);
  const estimated = replies.filter((reply) => reply.usage === null).length;
  return { ...usage, replies: replies.length, estimated, cost: costOf(usage, prices) };
}

/**
 * An upper bound: every reply as long as it may be, prompts by estimate.
 * @param missing  those of the requests that have no reply yet; the others cost nothing.
 */
export function estimateCost(
  requests: readonly unknown[],
  missing: readonly Pick<ChatRequest, "messages" | "parameters">[],
  prices: Prices,
): CostEstimate {
  const usage = missing.map(mostTokens).reduce(addUsage, NO_USAGE);
  const stored = requests.length - missing.length;
  return { ...usage, requests: missing.length, stored, cost: costOf(usage, prices) };
}

/** Whether a spending stays within a budget. A budget in money binds only where prices are known; settings see to it. */
export function isWithin(usage: Usage, prices: Prices, { budget, tokenBudget }: Budget): boolean {
  const cost = costOf(usage, prices);
  if (budget !== null && cost !== null && cost > budget) return false;
  return tokenBudget === null || usage.promptTokens + usage.completionTokens <= tokenBudget;
}

/** "12,340 tokens in 100 replies, 0.0123 at the prices given". */
export function spendingText({
  replies,
  promptTokens,
  completionTokens,
  estimated,
  cost,
}: Spending): string {
  const tokens = (promptTokens + completionTokens).toLocaleString("en-GB");
  const counted = estimated === 0 ? "" : ` (${estimated} of them estimated)`;
  const money = cost === null ? "; no price is known" : `, ${money4(cost)} at the prices given`;
  const of = replies === 1 ? "1 reply" : `${replies.toLocaleString("en-GB")} replies`;
  return `${tokens} tokens in ${of}${counted}${money}`;
}

/** "1,234 requests, 200 of them answered already; …": what is to be paid at most. */
export function estimateText({
  requests,
  stored,
  promptTokens,
  completionTokens,
  cost,
}: CostEstimate): string {
  const n = (x: number) => x.toLocaleString("en-GB");
  const before = stored === 0 ? "" : ` (${n(stored)} more are answered already)`;
  if (requests === 0) return `nothing is to be asked${before}`;
  const money = cost === null ? "no price is known" : `at most ${money4(cost)} at the prices given`;
  return (
    `${n(requests)} ${requests === 1 ? "request" : "requests"}${before}: about ${n(promptTokens)} tokens sent, by four characters a token, and at most ` +
    `${n(completionTokens)} received; ${money}`
  );
}

/** Four digits that count, and never an exponent. */
export function money4(cost: number): string {
  if (cost === 0) return "0";
  const digits = Math.max(2, 3 - Math.floor(Math.log10(cost)));
  return cost.toFixed(Math.min(digits, 8));
}
