/** Whether AWS has this cluster's resources under the name that the operator runs with. Pure. */

import { type KubeObject, keyText } from "../api/object.ts";
import { rolesAnnotation } from "../api/v1alpha1/annotations.ts";
import {
  BatchComputeEnvironmentKind,
  BatchNetworkKind,
  BatchRoleKind,
  JobQueueKind,
  kindOf,
  kinds,
  type OperatorKind,
} from "../api/v1alpha1/kinds.ts";
import { nameIn } from "../aws/names.ts";
import type { BatchSnapshot } from "../aws/region.ts";
import { shell } from "../runtime/shell.ts";
import { isNameOf } from "./kinds/compute-environment/ownership.ts";
import { awsNameOf, mayHavePrefix, prefixedAwsName } from "./ownership/naming.ts";
import { type Cluster, isOfCluster, type Owner, ownerIn } from "./ownership/ownership.ts";
import { clusterInRole } from "./parts/roles/names.ts";
import type { Objects } from "./ports.ts";
import { firstOf } from "./wording.ts";

/** The operator must not work under this name: it would create everything a second time, and abandon the first. */
export class ClusterNameRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ClusterNameRefused";
  }
}

/** The objects that this process watches. */
type Watched = Pick<Objects, "get" | "list">;

/** An environment or a queue that the tags give to an object of this cluster: of its uid, under whatever name. */
interface Borne {
  readonly owner: Owner;
  readonly kind: OperatorKind;
  readonly object: KubeObject;
  readonly awsName: string;
}

/**
 * Judges a region by its environments and queues, which are listed before anything is written there. One of the right name
 * is enough to go on, so that nobody stops an operator by a tag: each object that bears another name is then held by itself.
 *
 * The same holds for the form of default names, with the cluster's name or without.
 *
 * @param clusterPrefix `<cluster>_`, with which default names begin; empty: they do not
 * @returns undefined: the operator may work
 */
export function refusedName(
  snapshot: Pick<BatchSnapshot, "computeEnvironments" | "jobQueues">,
  objects: Watched,
  cluster: Cluster,
  clusterPrefix = "",
): ClusterNameRefused | undefined {
  const borne = bornBy(snapshot, objects, cluster);
  const isRenamed = borne.some(({ owner }) => owner.cluster !== cluster.name && isOfCluster(owner, cluster));
  const fixed = isRenamed ? fixedKinds.flatMap((kind) => objects.list(kind)).filter(hasNameOfCluster) : [];
  if (fixed.length > 0) return cannotRename(fixed, cluster);
  if (isRenamed && clusterPrefix !== "") return namedAfter(cluster);
  const ours = borne.filter(({ owner }) => isOfCluster(owner, cluster));
  if (ours.length > 0) return inOtherForm(ours, cluster, clusterPrefix);
  return borne.length === 0 ? undefined : underOtherNames(borne, cluster);
}

/** Default names with the name of the cluster where they are to be without it, or the other way round. */
function inOtherForm(
  ours: readonly Borne[],
  { name: cluster }: Cluster,
  clusterPrefix: string,
): ClusterNameRefused | undefined {
  const isDefault = ({ kind, object: { metadata }, awsName }: Borne, prefix: string): boolean => {
    const plain = prefixedAwsName(prefix, metadata.namespace, metadata.name, kind.awsName.maxLength);
    return kind.awsName.isPrefix === true ? isNameOf(plain, awsName) : awsName === plain;
  };
  const other = otherForm(cluster, clusterPrefix);
  const misnamed = ours.filter((one) => isDefault(one, other.prefix));
  if (misnamed.length === 0 || ours.some((one) => isDefault(one, clusterPrefix))) return undefined;
  const names = firstOf(misnamed.map(({ awsName }) => awsName));
  const { form } = other;
  return new ClusterNameRefused(
    `--names-with-cluster is fixed for the life of an installation: what AWS has of this cluster's objects is named ${form} the name of the cluster: ${names}. In the other form the operator would create all of it a second time, so it has written nothing. Run it ${form} --names-with-cluster`,
  );
}

/** The form of default names that the operator does not use: with the name of the cluster, or without. */
function otherForm(cluster: string, clusterPrefix: string): { readonly form: string; readonly prefix: string } {
  return clusterPrefix === "" ? { form: "with", prefix: `${cluster}_` } : { form: "without", prefix: "" };
}

/**
 * Why nothing is done to an object whose resource has its default name in the other form, or the name of another cluster in the
 * path of its role, where no environment and no queue has shown it for all: AWS's names cannot change, so the operator would
 * create the resource a second time. Only the object's own status is asked, so that nobody holds objects of others.
 *
 * @param clusterPrefix as for `refusedName`
 */
export function misnamed(object: KubeObject, cluster: Pick<Cluster, "name">, clusterPrefix = ""): string | undefined {
  const { arn = "" } = (object.status ?? {}) as { readonly arn?: string };
  const maker = clusterInRole(arn);
  if (maker !== undefined && maker !== cluster.name) {
    return `this object was made as ${arn}, under the cluster name ${maker}, which AWS cannot change, and under ${cluster.name} it would be made a second time; nothing is written. Start the operator with ${shell`--cluster-name=${maker}`}`;
  }
  const kind: OperatorKind = kindOf(object.kind);
  const { isPrefix, maxLength } = kind.awsName;
  if (isPrefix === true || !mayHavePrefix(kind)) return undefined;
  const recorded = nameIn(arn).replace(/:\d+$/, "");
  const { namespace, name } = object.metadata;
  const { form, prefix } = otherForm(cluster.name, clusterPrefix);
  if (recorded !== prefixedAwsName(prefix, namespace, name, maxLength)) return undefined;
  if (awsNameOf(kind, object) === recorded) return undefined;
  return `this object was made as ${recorded}, ${form} the name of the cluster in its name in AWS, and under the operator's flags it would be made a second time; nothing is written. Start the operator ${form} --names-with-cluster`;
}

/** Of which an object can have something in AWS that is named after the cluster. */
const fixedKinds: readonly OperatorKind[] = kinds.filter(
  ({ kind, usesRoles }: OperatorKind) => usesRoles === true || kind === BatchNetworkKind.kind,
);

function bornBy(
  { computeEnvironments: environments, jobQueues: queues }: Pick<BatchSnapshot, "computeEnvironments" | "jobQueues">,
  objects: Watched,
  { uid }: Cluster,
): readonly Borne[] {
  const listed = [
    ...[...environments].map(([awsName, { tags }]) => ({ kind: BatchComputeEnvironmentKind, awsName, tags })),
    ...[...queues].map(([awsName, { tags }]) => ({ kind: JobQueueKind, awsName, tags })),
  ];
  return listed.flatMap(({ kind, awsName, tags }) => {
    const owner = ownerIn(tags);
    const object = owner?.clusterUid === uid ? objects.get(kind, owner) : undefined;
    return owner === undefined || object === undefined ? [] : [{ owner, kind, object, awsName }];
  });
}

/** Whether something in AWS has the name of the cluster in a name that AWS cannot change: roles have it in their path. */
function hasNameOfCluster({ kind, metadata: { annotations = {} }, spec }: KubeObject): boolean {
  const { iam, network, securityGroup, vpcEndpoints } = spec as {
    readonly iam?: object;
    readonly securityGroup?: object;
    readonly vpcEndpoints?: object;
    readonly network?: { readonly securityGroup?: object; readonly vpcEndpoints?: string };
  };
  return (
    kind === BatchRoleKind.kind ||
    annotations[rolesAnnotation] !== undefined ||
    [iam, securityGroup, vpcEndpoints, network?.securityGroup, network?.vpcEndpoints].some(
      (asked) => asked !== undefined,
    )
  );
}

function underOtherNames(borne: readonly Borne[], { name }: Cluster): ClusterNameRefused {
  const byName = Map.groupBy(borne, ({ owner }) => owner.cluster);
  const [most = []] = [...byName.values()].toSorted((left, right) => right.length - left.length);
  const former = most[0]?.owner.cluster ?? "";
  const names = firstOf(most.map(({ awsName }) => awsName));
  return new ClusterNameRefused(
    `--cluster-name is ${name}, but what AWS has of this cluster's objects bears the cluster name ${former}: ${names}. Under another name the operator would create all of it a second time, so it has written nothing. Run it with ${shell`--cluster-name=${former}`}; to rename the cluster, start the operator with ${shell`--cluster-name=${name} --rename-cluster-from=${former}`}, of which plan shows the changes first`,
  );
}

function namedAfter({ name, formerName = "" }: Cluster): ClusterNameRefused {
  return new ClusterNameRefused(
    `the cluster cannot be renamed from ${formerName} to ${name}: with --names-with-cluster the old name is in all names in AWS. Nothing was written. Run it with ${shell`--cluster-name=${formerName}`}`,
  );
}

function cannotRename(fixed: readonly KubeObject[], { name, formerName = "" }: Cluster): ClusterNameRefused {
  const paths = firstOf(fixed.map((object) => `${object.kind} ${keyText(object.metadata)}`));
  return new ClusterNameRefused(
    `the cluster cannot be renamed from ${formerName} to ${name}: roles, security groups or VPC endpoints that the operator made for ${paths} have the old name in names that AWS cannot change. Nothing was written. Run it with ${shell`--cluster-name=${formerName}`}, and keep that name, or first delete the BatchRoles, and take spec.iam, and what asks for a security group or endpoints, out of the other objects`,
  );
}
