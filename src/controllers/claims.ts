import { type KubeObject, keyText } from "../api/object.ts";
import type { OperatorKind } from "../api/v1alpha1/kinds.ts";
import { directivesOf } from "./directives.ts";
import { type NamespaceReads, nameSeen } from "./names-seen.ts";
import { awsNameOf, belongsTo, recordNameOf } from "./naming.ts";
import { type Cluster, identityOf, ownershipOf, type Tags } from "./ownership.ts";
import type { Objects, Settings } from "./ports.ts";

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
  { objects, settings }: { readonly objects: Pick<Objects, "list" | "get">; readonly settings: Settings },
): readonly O[] {
  const region = (one: KubeObject): string => (one.spec as Located).region ?? settings.region;
  const nameOf = (one: KubeObject): string | undefined => recordNameOf(kind, one, objects);
  const [name, at] = [nameOf(object), region(object)];
  if (name === undefined) return [];
  return (objects.list(kind) as readonly O[]).filter(
    (other) => nameOf(other) === name && region(other) === at && other.metadata.uid !== object.metadata.uid,
  );
}

/**
 * What a claim rests on: a resource in AWS that has the object's tags, or only that the object is going to create one.
 * Without either, or where its namespace may not have the name, the object claims nothing: it must not keep a name from
 * others at no cost.
 */
type Standing = "resource" | "intent" | "nothing";

/**
 * The rival that has the name before the object, where AWS's tags name nobody; undefined: the object has it.
 *
 * @param hasResource whether AWS has something with the tags of a claimant
 */
export async function claimantOf<O extends KubeObject>(
  object: O,
  rivals: readonly O[],
  { kind, hasResource }: { readonly kind: OperatorKind; readonly hasResource: (one: O) => boolean },
  reads: NamespaceReads,
  signal: AbortSignal,
): Promise<O | undefined> {
  if (rivals.length === 0) return undefined;
  const claimOf = async (one: O): Promise<Claim<O>> => ({
    object: one,
    standing: await standingOf(one, kind, hasResource(one), reads, signal),
  });
  const claims = await Promise.all(rivals.map(claimOf));
  return claimantBefore(awsNameOf(kind, object), await claimOf(object), claims);
}

async function standingOf(
  object: KubeObject,
  kind: OperatorKind,
  hasResource: boolean,
  reads: NamespaceReads,
  signal: AbortSignal,
): Promise<Standing> {
  const { kind: name } = await nameSeen(object, kind, reads, signal);
  if (name !== "allowed") return "nothing";
  if (hasResource) return "resource";
  const { paused, dryRun, deleting } = directivesOf(object, reads.settings);
  return paused || dryRun || deleting ? "nothing" : "intent";
}

/** A claimant with what its claim rests on. */
export interface Claim<O> {
  readonly object: O;
  readonly standing: Standing;
}

/**
 * The rival whose claim goes before that of the object; undefined: the object has the name. Pure.
 *
 * @param name the AWS name that all of them claim
 */
function claimantBefore<O extends KubeObject>(name: string, own: Claim<O>, rivals: readonly Claim<O>[]): O | undefined {
  const rankOf = ({ object: { metadata }, standing }: Claim<O>): string => {
    const { namespace, creationTimestamp } = metadata;
    const isFirst = [standing !== "nothing", belongsTo(namespace, name), standing === "resource"];
    return [...isFirst.map((yes) => (yes ? 0 : 1)), creationTimestamp, keyText(metadata)].join(" ");
  };
  const [first] = rivals
    .filter(({ standing }) => standing !== "nothing")
    .map(({ object, standing }) => ({ object, rank: rankOf({ object, standing }) }))
    .sort((left, right) => (left.rank < right.rank ? -1 : 1));
  return first !== undefined && first.rank < rankOf(own) ? first.object : undefined;
}

/** The claimant that these tags name as the owner, or as the owner until Retain. */
export function claimantNamedBy<O extends KubeObject>(
  tags: Tags | undefined,
  claimants: readonly O[],
  cluster: Cluster,
): O | undefined {
  return claimants.find((claimant) => {
    const { kind } = ownershipOf(tags, identityOf(claimant, cluster));
    return kind === "ours" || kind === "retained";
  });
}
