/** Serves statistics from a thread of its own, so that a bootstrap never holds up the page. */
import { serve } from "../src/protocol/rpc";
import type { StatisticsContract } from "../src/protocol/statistics";
import { statisticsHandlers } from "./statistics-handlers";

// The DOM's types take `self` for a window.
serve<StatisticsContract>(
  self as unknown as Pick<Worker, "addEventListener" | "postMessage">,
  statisticsHandlers,
);
