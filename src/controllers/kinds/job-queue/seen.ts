import type { ObjectKey } from "../../../api/object.ts";
import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Queue, ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import type { UnfinishedJob } from "../../../aws/region.ts";
import type { QueueFacts } from "../../../diagnosis/facts.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import type { Unread } from "../../pass/unread.ts";
import type { ResourceReference, Unresolved } from "../../references/reference.ts";
import type { EnvironmentSet } from "../compute-environment/environment-set.ts";
import type { ResourceSeen } from "../resource/seen.ts";
import type { Places } from "./places.ts";

/** Everything that the plan of a job queue is computed from. */
export interface Seen extends ResourceSeen<Queue>, Omit<Places, "serviceEnvironments"> {
  /** In ascending `order`. */
  readonly entries: readonly EntrySeen[];
  /** References to the objects of what AWS's order names, as far as no entry refers to them. */
  readonly leaving: readonly EntrySeen[];
  /** Where `spec.schedulingPolicyRef` or `spec.schedulingPolicyArn` leads; undefined: the queue is to have no policy. */
  readonly policy: ResourceReference | undefined;
  /** Where the entry of `spec.serviceEnvironmentOrder` leads; undefined: the spec has none. */
  readonly service: ServiceSeen | undefined;
  /** In deletion, once disabled: the quota shares that AWS lists in it, whoever made them; undefined: it can have none. */
  readonly shares: SharesSeen | undefined;
  /** In deletion, once disabled: all unfinished jobs of the queue, an array as one. */
  readonly jobs: JobsSeen<UnfinishedJob> | undefined;
  /** Whether its jobs make progress; undefined before the first read, and in deletion. */
  readonly progress: ProgressSeen | undefined;
}

export type SharesSeen = { readonly kind: "read"; readonly names: readonly string[] } | Unread;

/** The service environment of a queue of SageMaker. */
export interface ServiceSeen {
  readonly order: number;
  readonly reference: ResourceReference;
  /** Somebody takes what the spec refers to out of service: see `../retired.ts`. */
  readonly retiring: boolean;
  /** By name, those that were read: what the spec refers to, and others that objects name. */
  readonly environments: ReadonlyMap<string, ServiceEnvironmentRecord>;
  /** The one that the spec leads to, while AWS has not said what it is; `isRefused`: AWS did not answer the last question. */
  readonly unread: { readonly name: string; readonly isRefused: boolean } | undefined;
}

export type ProgressSeen = { readonly kind: "read"; readonly facts: QueueFacts } | Unread;

/** One entry of `spec.computeEnvironmentOrder`. */
export type EntrySeen =
  | {
      readonly kind: "named";
      readonly order: number;
      readonly name: string;
      /** Where the object is that the environment's tags name, if there is one: this process may not be able to know. */
      readonly owner: "here" | "deleting" | "elsewhere" | "nowhere";
    }
  | {
      readonly kind: "reference";
      readonly order: number;
      readonly key: ObjectKey;
      readonly spec: BatchComputeEnvironmentSpec;
      readonly set: EnvironmentSet;
      /** Whether queues may leave a VALID predecessor for the target now. */
      readonly handover: boolean;
      /** The object is being deleted: no queue comes to name anything of it. */
      readonly deleting: boolean;
    }
  | (Unresolved & {
      readonly order: number;
      /** The object that it refers to, or the AWS name that it gives. */
    } & ({ readonly key: ObjectKey } | { readonly name: string }));
