/** How the graph of a question's answers is drawn, as SVG and on a canvas alike. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Corners of n answers on a circle about 0, the first at the top. */
export function corners(n: number, radius: number): Point[] {
  return Array.from({ length: n }, (_, i) => {
    const angle = (2 * Math.PI * i) / n;
    return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
  });
}

/**
 * Width of a pair's line as a share of the thickest, from its similarity. Squared, because the similarities of one model
 * lie close together and the eye compares widths, not areas.
 */
export const lineShare = (similarity: number): number => Math.max(0.03, similarity) ** 2;

/** Opacity of that line. */
export const lineOpacity = (share: number): number => 0.25 + 0.65 * share;
