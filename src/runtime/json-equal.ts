/**
 * Whether two values are the same once written as JSON: the order of keys means nothing, a key whose value is
 * undefined is no key.
 */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  const left = new Map(Object.entries(a).filter(([, value]) => value !== undefined));
  let matched = 0;
  for (const [key, value] of Object.entries(b)) {
    if (value === undefined) continue;
    if (!left.has(key) || !jsonEqual(left.get(key), value)) return false;
    matched++;
  }
  return matched === left.size;
}
