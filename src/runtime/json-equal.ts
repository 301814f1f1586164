/**
 * Whether two values are equal as JSON: the order of keys does not matter, and undefined values are ignored.
 */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  let unmatched = 0;
  for (const key of Object.keys(left)) if (left[key] !== undefined) unmatched++;
  for (const key of Object.keys(right)) {
    const value = right[key];
    if (value === undefined) continue;
    if (!Object.hasOwn(left, key) || left[key] === undefined || !jsonEqual(left[key], value)) return false;
    unmatched--;
  }
  return unmatched === 0;
}
