/**
 * Bounds the values of a label that come from others, who could invent them.
 * @returns the value, or `other` for those beyond the first `limit` that were seen
 */
export function boundedLabels(limit: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.size < limit) known.add(value);
    return known.has(value) ? value : "other";
  };
}
