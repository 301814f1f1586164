/** Lists in AWS's sentences, such as `Instance type can only be one of [m5, c5.large, …]`. Pure. */

/** A list of single words in brackets, at least two of them. */
const list = /\[([^\s,[\]]+(?:,\s*[^\s,[\]]+)+)\]/g;

/** So many entries of a list are shown whole. */
const shownWhole = 12;
/** So many entries are shown of a longer list. */
const shownOfMore = 5;

/**
 * A sentence whose lists are in alphabetical order and, where they are long, cut. AWS gives the same list in another
 * order at each call, and the list of instance types has some hundred entries: one refusal would count as many, and
 * fill every condition and event.
 */
export function withShortLists(text: string): string {
  return text.replace(list, (_whole, inside: string) => {
    const entries = entriesOf(inside);
    const shown = entries.length <= shownWhole ? entries : entries.slice(0, shownOfMore);
    const more = entries.length - shown.length;
    return `[${shown.join(", ")}${more === 0 ? "" : ` and ${more} more`}]`;
  });
}

/**
 * The instance types, families and bundles of a request that are not in AWS's list of those it offers in the region.
 *
 * @param text AWS's sentence, whole
 * @param request of CreateComputeEnvironment or UpdateComputeEnvironment; any other names none
 */
export function typesNotOffered(text: string, request: unknown): readonly string[] {
  const inside = /Instance type can only be one of \[([^\]]+)\]/.exec(text)?.[1];
  if (inside === undefined) return [];
  const offered = new Set(entriesOf(inside));
  const { computeResources } = (request ?? {}) as {
    readonly computeResources?: { readonly instanceTypes?: readonly string[] };
  };
  return (computeResources?.instanceTypes ?? []).filter((type) => !offered.has(type));
}

function entriesOf(inside: string): readonly string[] {
  return inside.split(/,\s*/).toSorted();
}
