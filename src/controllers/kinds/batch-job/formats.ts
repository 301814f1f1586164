/**
 * `1,3-5` for indices in ascending order, as the status of a Kubernetes Job has them.
 * @param limit in characters; what does not fit ends with `…`
 */
export function rangesText(indices: readonly number[], limit: number): string {
  const ranges: [first: number, last: number][] = [];
  for (const index of indices) {
    const range = ranges.at(-1);
    if (range !== undefined && index === range[1] + 1) range[1] = index;
    else ranges.push([index, index]);
  }
  const texts = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const whole = texts.join(",");
  if (whole.length <= limit) return whole;
  const cut = whole.slice(0, limit - 1);
  return `${cut.slice(0, cut.lastIndexOf(",") + 1)}…`;
}
