import { type KubeObject, keyText } from "../../api/object.ts";
import type { OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { directivesOf } from "../pass/directives.ts";
import type { Objects, Settings } from "../ports.ts";
import { type NamespaceReads, nameSeen } from "./names-seen.ts";
import { awsNameOf, belongsTo, prefixOfKind, recordNameOf } from "./naming.ts";
import { type Cluster, identityOf, ownerIn, ownershipOf, retainedFromTag, type Tags } from "./ownership.ts";

type Located = { readonly region?: string | undefined };

/**
 * Of several objects that claim one AWS name, the one that AWS's tags name owns it, as its owner or as whom Retain took it
 * from. Ages say nothing there: a cluster that was lost has created all objects again, in any order. Where AWS names
 * nobody, the namespace whose prefix the name has comes first, then the older object, then the first in the alphabet.
 */

/** The other objects of the same kind that claim the same AWS name in the same region. */
export function rivalsOf<O extends KubeObject>(
  object: O,
  kind: OperatorKind,
  { objects, settings }: { readonly objects: Pick<Objects, "named" | "get">; readonly settings: Settings },
): readonly O[] {
  const region = (one: KubeObject): string => (one.spec as Located).region ?? settings.region;
  const [name, at] = [recordNameOf(kind, object, objects), region(object)];
  if (name === undefined) return [];
  return (objects.named(kind, name) as readonly O[]).filter(
    (other) => other.metadata.uid !== object.metadata.uid && region(other) === at,
  );
}

/** How the claims of objects to a name are judged. */
interface Judged<O> {
  readonly kind: OperatorKind;
  /** Whether AWS has something with the tags of a claimant. */
  readonly hasResource: (one: O) => boolean;
}

/**
 * The rival that has the name before the object, where AWS's tags name nobody; undefined: the object has it.
 *
 * A claim rests on a resource in AWS that has the object's tags, or only on that the object is going to create one. Without
 * either, or where its namespace may not have the name, the object claims nothing: it must not keep a name from others at
 * no cost. Thousands of objects may claim one name: each is only compared, unless it would be the first one.
 */
export async function claimantOf<O extends KubeObject>(
  object: O,
  rivals: readonly O[],
  { kind, hasResource }: Judged<O>,
  reads: NamespaceReads,
  signal: AbortSignal,
): Promise<O | undefined> {
  if (rivals.length === 0) return undefined;
  const name = awsNameOf(kind, object);
  const clusterPrefix = prefixOfKind(kind, reads.settings.names.clusterPrefix);
  const isFirst = {
    hasPrefix: ({ metadata }: O) => belongsTo(metadata.namespace, name, clusterPrefix),
    hasResource,
  };
  const allowed = await namespacesWith([object, ...rivals], kind, reads, signal);
  const claims = (one: O): boolean => {
    if (!allowed.has(one.metadata.namespace)) return false;
    const { paused, dryRun, deleting } = directivesOf(one, reads.settings);
    return hasResource(one) || !(paused || dryRun || deleting);
  };
  let first = claims(object) ? object : undefined;
  for (const rival of rivals) {
    if (first !== undefined && compareClaims(rival, first, isFirst) >= 0) continue;
    if (claims(rival)) first = rival;
  }
  return first === object ? undefined : first;
}

/** Of the namespaces of objects of one name in AWS those that may have it. */
async function namespacesWith(
  objects: readonly KubeObject[],
  kind: OperatorKind,
  reads: NamespaceReads,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const one = new Map(objects.map((object) => [object.metadata.namespace, object]));
  const allowed = new Set<string>();
  for (const [namespace, object] of one) {
    const seen = await nameSeen(object, kind, reads, signal);
    if (seen.kind === "allowed") allowed.add(namespace);
  }
  return allowed;
}

/** Below 0: the left one goes before the right one. */
function compareClaims<O extends KubeObject>(
  left: O,
  right: O,
  { hasPrefix, hasResource }: Readonly<Record<"hasPrefix" | "hasResource", (one: O) => boolean>>,
): number {
  const first = (holds: (one: O) => boolean): number => Number(holds(right)) - Number(holds(left));
  const order = (textOf: (one: O) => string): number =>
    Number(textOf(left) > textOf(right)) || -Number(textOf(left) < textOf(right));
  return (
    first(hasPrefix) ||
    first(hasResource) ||
    order(({ metadata }) => metadata.creationTimestamp) ||
    order(({ metadata }) => keyText(metadata))
  );
}

/** The claimant that these tags name as the owner, or as the owner until Retain. */
export function claimantNamedBy<O extends KubeObject>(
  tags: Tags | undefined,
  claimants: readonly O[],
  cluster: Cluster,
): O | undefined {
  const path = ownerText(tags);
  if (path === undefined) return undefined;
  return claimants.find((claimant) => {
    if (path !== keyText(claimant.metadata)) return false;
    const { kind } = ownershipOf(tags, identityOf(claimant, cluster));
    return kind === "ours" || kind === "retained";
  });
}

/** `namespace/name` of the object that tags name, as the owner or as the owner until Retain. */
export function ownerText(tags: Tags | undefined): string | undefined {
  const owner = ownerIn(tags);
  if (owner !== undefined) return keyText(owner);
  const mark = tags?.[retainedFromTag];
  return mark?.slice(mark.indexOf("/") + 1);
}
