/** The title of a list of objects, e.g. `Scheduling policies` of SchedulingPolicy. Pure. */
export function kindTitle(kind: string): string {
  const [first = "", ...others] = kind.match(/[A-Z][a-z]*/g) ?? [kind];
  const words = [first, ...others.map((word) => word.toLowerCase())].join(" ");
  return words.endsWith("y") ? `${words.slice(0, -1)}ies` : `${words}s`;
}
