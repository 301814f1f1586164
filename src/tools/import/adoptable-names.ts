import { matchesAny } from "../../controllers/ownership/glob.ts";

/** The entries of `--adoptable-names` that an import proposes: the fewest names that let a namespace adopt what it imports. Pure. */

/** More are hard to read, and are checked in each admission of an object. */
const mostNames = 20;

/** Names that a person chose by a glob with a beginning stay that glob. Of `*`, the default, the names that there are take its place. */
export function adoptableNames(
  globs: readonly string[],
  names: readonly string[],
  /** What else the account has, of any kind. */
  others: readonly string[],
): readonly string[] {
  const chosen = globs.filter((glob) => !glob.startsWith("*") && names.some((name) => matchesAny([glob], name)));
  const rest = [...new Set(names)].filter((name) => !matchesAny(chosen, name)).sort();
  return [...chosen, ...(rest.length > mostNames ? withPrefixes(rest, others) : rest)];
}

/** Common beginnings up to the first `-` or `_`, where the account has nothing else that begins so. */
function withPrefixes(names: readonly string[], others: readonly string[]): readonly string[] {
  const beginning = (name: string): string => /^[^-_]+[-_]/.exec(name)?.[0] ?? name;
  return [...Map.groupBy(names, beginning)].flatMap(([prefix, own]) =>
    own.length > 1 && !others.some((other) => other.startsWith(prefix)) ? [`${prefix}*`] : own,
  );
}
