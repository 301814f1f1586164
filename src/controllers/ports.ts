/**
 * The door of `controllers`: everything that they may read and write. `kinds` has a module for each kind, `pass` the flow that all
 * share, `parts` the roles and networks that objects have in addition. Begin with `pass/pass.ts`, then a kind.
 */

import type { Kind, KubeObject, ObjectKey } from "../api/object.ts";
import type { OperatorKind } from "../api/v1alpha1/kinds.ts";
import type { Ec2Region } from "../aws/ec2-region.ts";
import type { IamAccount } from "../aws/iam-account.ts";
import type { BatchRegion } from "../aws/region.ts";
import type { NamespaceMetadata } from "../kube/namespaces.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Store } from "../runtime/store.ts";
import type { NamespaceAnnotations } from "./ownership/limits.ts";
import type { NameLimits } from "./ownership/names.ts";
import type { Cluster } from "./ownership/ownership.ts";
import { defaultEnvironmentLimits, type EnvironmentLimits } from "./parts/allowed/limits.ts";
import { defaultRoleLimits, type RoleLimits } from "./parts/roles/limits.ts";
import type { IndexName } from "./references/index-names.ts";

/** Everything that `observe` may read and `act` may write. */
export interface Ports {
  readonly clock: Clock;
  readonly store: Store;
  readonly objects: Objects;
  readonly regions: Regions;
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** A text that no other process has had or will have. */
  readonly processId: () => string;
  /** Whether this process is to reconcile the object: others may belong to another shard. */
  readonly reconciles: (object: KubeObject) => boolean;
  /** Why an object must not be written, because AWS has it under a name of the other form (`cluster-name.ts`). */
  readonly misnamed: (object: KubeObject) => string | undefined;
}

/** The cached objects of all watched kinds. */
export interface Objects {
  get(kind: Kind, key: ObjectKey): KubeObject | undefined;
  list(kind: Kind): readonly KubeObject[];
  /** The objects of a kind that an index has under a text. */
  having(kind: OperatorKind, index: IndexName, text: string): readonly KubeObject[];
  /** The texts under which an index has any object of a kind. */
  texts(kind: OperatorKind, index: IndexName): IteratorObject<string>;
  /** The objects of a kind that refer to an object of the kind with the name `to`. */
  referring(kind: OperatorKind, to: string, key: ObjectKey): readonly KubeObject[];
  /** The objects of a kind of which `recordNameOf` is this. */
  named(kind: OperatorKind, recordName: string): readonly KubeObject[];
  /** The objects of a kind that refer to something of the kind `to` by this name in AWS. */
  naming(kind: OperatorKind, to: string, awsName: string): readonly KubeObject[];
  /** Whether objects of this namespace are watched at all. */
  watches(namespace: string): boolean;
  /**
   * Labels and annotations of a namespace; undefined when there is none such.
   * @throws StoreError when they cannot be read
   */
  namespace(name: string, signal: AbortSignal): Promise<NamespaceMetadata | undefined>;
}

/** Objects may not use the region: it is not opened. The message says why, with the next step. */
export class RegionNotAllowed extends Error {}

/** Whoever calls says for which namespace; undefined: for all of them, by the operator itself. */
export interface Regions {
  /**
   * AWS Batch of `spec.region`, or of the operator's own region when that is undefined. The first use of a region
   * finds out account and partition and begins to observe it.
   * @throws AwsError when the caller's identity cannot be read, RegionNotAllowed
   */
  open(region: string | undefined, signal: AbortSignal, onBehalfOf: string | undefined): Promise<BatchRegion>;
  /**
   * IAM of the operator's account. Costs nothing until it is first asked for.
   * @throws AwsError when the caller's identity cannot be read
   */
  iam(signal: AbortSignal, onBehalfOf: string | undefined): Promise<IamAccount>;
  /**
   * EC2 of `spec.region`, or of the operator's own region. Its client is large, and loaded when this is first called.
   * @throws AwsError when the caller's identity cannot be read, RegionNotAllowed
   */
  ec2(region: string | undefined, signal: AbortSignal, onBehalfOf: string | undefined): Promise<Ec2Region>;
}

/** The operator's flags that decisions depend on (docs/design.md, section 13). */
export interface Settings {
  /** The region of objects that name none. */
  readonly region: string;
  readonly defaultDeletionPolicy: "Delete" | "Retain";
  /** What names objects may have in AWS, where their namespace does not say it. */
  readonly names: NameLimits;
  /** Whether `replacement.foreignQueues: Repoint` may write queues that are not ours. */
  readonly allowForeignRepoint: boolean;
  /** Jobs may depend on jobs of the account that are not of their namespace. */
  readonly allowForeignDependencies: boolean;
  /** Globs of AWS tag keys that others own: neither compared nor removed. */
  readonly ignoreTagKeys: readonly string[];
  readonly maxConcurrentReplacements: number;
  /** Compute environments in AWS, per namespace and region. */
  readonly maxEnvironmentsPerNamespace: number;
  readonly namespaceAnnotations: NamespaceAnnotations;
  /** What roles objects may have made and may name, where their namespace does not say it. */
  readonly roles: RoleLimits;
  /** Which networks and other resources environments may use, where their namespace does not say it. */
  readonly environments: EnvironmentLimits;
}

export const defaultSettings: Omit<Settings, "region"> = {
  defaultDeletionPolicy: "Delete",
  names: { allowedNames: [], adoptableNames: [] },
  allowForeignRepoint: false,
  allowForeignDependencies: false,
  ignoreTagKeys: [],
  maxConcurrentReplacements: 3,
  maxEnvironmentsPerNamespace: Number.POSITIVE_INFINITY,
  namespaceAnnotations: "replace",
  roles: defaultRoleLimits,
  environments: defaultEnvironmentLimits,
};
