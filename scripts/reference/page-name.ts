/** The name of a kind in paths, of its page and of its schema, e.g. `job-queue` of JobQueue. */
export function pageName(kind: string): string {
  return kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}
