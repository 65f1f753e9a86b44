/** Keeps what was paid, and lets no request start that could exceed the budget. */
import {
  type Budget,
  BudgetError,
  type Prices,
  type Spending,
  isWithin,
  spendingOf,
  spendingText,
} from "../../core/chat/cost";
import type { StoredReply } from "../../core/chat/reply";
import { NO_USAGE, type Usage, addUsage } from "../../core/chat/usage";

export class Ledger {
  readonly #prices: Prices;
  readonly #budget: Budget;
  #paid: Spending;
  /** The most that requests on the way may use. */
  #reserved = new Set<Usage>();
  #waiting: (() => void)[] = [];

  /** @param paid  what was paid from this budget before. */
  constructor(prices: Prices, budget: Budget, paid: readonly StoredReply[]) {
    this.#prices = prices;
    this.#budget = budget;
    this.#paid = spendingOf(paid, prices);
  }

  get spending(): Spending {
    return this.#paid;
  }

  /**
   * Makes a request within the budget: it starts once what was paid, what is on the way and the most that it may use fit
   * together. `work` calls `paid` as soon as a reply has been paid for, even one that is of no use.
   * @throws BudgetError, before it starts, if it does not fit even with nothing else on the way.
   */
  async within<T>(
    most: Usage,
    work: (paid: (reply: StoredReply) => void) => Promise<T>,
  ): Promise<T> {
    while (!this.#fits(most)) {
      if (this.#reserved.size === 0) throw new BudgetError(this.#exceeded());
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const reserved = { ...most };
    this.#reserved.add(reserved);
    try {
      return await work((reply) => {
        this.#reserved.delete(reserved);
        this.#add(reply);
      });
    } finally {
      this.#reserved.delete(reserved);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const look of waiting) look();
    }
  }

  #add(reply: StoredReply): void {
    const one = spendingOf([reply], this.#prices);
    const { cost } = this.#paid;
    this.#paid = {
      ...addUsage(this.#paid, one),
      replies: this.#paid.replies + 1,
      estimated: this.#paid.estimated + one.estimated,
      cost: cost === null || one.cost === null ? null : cost + one.cost,
    };
  }

  #fits(most: Usage): boolean {
    const usage = [this.#paid, ...this.#reserved, most].reduce<Usage>(addUsage, NO_USAGE);
    return isWithin(usage, this.#prices, this.#budget);
  }

  #exceeded(): string {
    const { budget, tokenBudget } = this.#budget;
    const limits = [
      ...(budget === null ? [] : [`${budget} in money`]),
      ...(tokenBudget === null ? [] : [`${tokenBudget.toLocaleString("en-GB")} tokens`]),
    ];
    return (
      `Stopped before the next request could exceed the budget (${limits.join(", ")}). ` +
      `Spent so far: ${spendingText(this.#paid)}. What was answered is kept; raise the budget to go on.`
    );
  }
}
