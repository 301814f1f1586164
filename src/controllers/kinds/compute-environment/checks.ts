/** Checks before a successor is created: whether every queue could be handed over to it. Pure. */

import { dryRunAnnotation, pausedAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { unwatchedCheckMs } from "../../intervals.ts";
import type { Step } from "../../pass/agenda.ts";
import { familyOf } from "./diff.ts";
import { numberHindrance, roomHindrance } from "./environment-quota.ts";
import type { Family } from "./fields.ts";
import type { QueueSeen, Seen } from "./seen.ts";

type Spec = BatchComputeEnvironmentSpec;
type Hindrance = Extract<Step<never>, { kind: "wait" | "blocked" }>;

/** The first reason not to create a successor of `predecessors` now; undefined when there is none. */
export function hindrance(spec: Spec, seen: Seen, predecessors: readonly Environment[]): Hindrance | undefined {
  const names = new Set(predecessors.map((environment) => environment.computeEnvironmentName));
  for (const queue of queuesToSwitch(seen, names)) {
    const found =
      foreignHindrance(spec, seen, queue) ??
      pinnedHindrance(queue, names) ??
      pausedHindrance(seen, queue) ??
      illegalHindrance(spec, seen, queue, names);
    if (found !== undefined) return found;
  }
  return numberHindrance(seen) ?? roomHindrance(seen);
}

/** Queues that name one of `names`; one in DELETING names nothing any more. */
export function queuesNaming(seen: Seen, names: ReadonlySet<string>): readonly QueueSeen[] {
  return seen.queues.filter(
    ({ queue, order }) => queue.status !== "DELETING" && order.some((environment) => names.has(environment)),
  );
}

/**
 * Those of them that a replacement hands over. A queue of another namespace that may not, or not any more, use the
 * environment keeps what it has, for its jobs: it neither follows nor holds the replacement back.
 */
export function queuesToSwitch(seen: Seen, names: ReadonlySet<string>): readonly QueueSeen[] {
  return queuesNaming(seen, names).filter(({ object }) => object?.mayUse !== false);
}

/** Ours: created for an object of this cluster that still exists. */
export function isOurs(queue: QueueSeen): boolean {
  return queue.owner !== undefined && queue.object !== undefined;
}

export function foreignHindrance(spec: Spec, seen: Seen, queue: QueueSeen): Hindrance | undefined {
  if (isOurs(queue)) return undefined;
  const name = queue.queue.jobQueueName;
  if (spec.replacement?.foreignQueues !== "Repoint") {
    return {
      kind: "blocked",
      reason: "UnmanagedQueue",
      message: `queue ${name} is not managed by this operator and names the environment. Ask its owner to remove the environment from its order, or set spec.replacement.foreignQueues: Repoint`,
    };
  }
  if (!seen.settings.allowForeignRepoint) {
    return {
      kind: "blocked",
      reason: "UnmanagedQueue",
      message: `queue ${name} is not managed by this operator, and the operator runs without --allow-foreign-repoint, so foreignQueues: Repoint has no effect`,
    };
  }
  return undefined;
}

export function pinnedHindrance(queue: QueueSeen, names: ReadonlySet<string>): Hindrance | undefined {
  const pinned = queue.object?.literalNames.find((name) => names.has(name));
  if (pinned === undefined) return undefined;
  return {
    kind: "blocked",
    reason: "ReferencedByName",
    message: `queue ${queue.queue.jobQueueName} names ${pinned} by its AWS name. Use computeEnvironmentRef in its spec, so that it can follow a replacement`,
    checkInMs: unwatchedCheckMs,
  };
}

/** Why an object waits for a queue that a person holds back. */
export const queuePaused = "QueuePaused";

export function pausedHindrance({ directives }: Seen, queue: QueueSeen): Hindrance | undefined {
  const heldBy = queue.object?.heldBy;
  // A dry run of everything reports what would be done.
  if (heldBy === undefined || (heldBy === dryRunAnnotation && directives.dryRun)) return undefined;
  const held = heldBy === pausedAnnotation ? "is paused" : "is a dry run";
  return {
    kind: "wait",
    reason: queuePaused,
    message: `queue ${queue.queue.jobQueueName} ${held} and cannot be handed over; remove its annotation ${heldBy}`,
    checkInMs: unwatchedCheckMs,
  };
}

function illegalHindrance(spec: Spec, seen: Seen, queue: QueueSeen, names: ReadonlySet<string>): Hindrance | undefined {
  const name = queue.queue.jobQueueName;
  const blocked = (message: string): Hindrance => ({ kind: "blocked", reason: "QueueIncompatible", message });
  const type = queue.object?.jobQueueType;
  if (type !== undefined && !typeAllows(type, spec)) {
    return blocked(
      `queue ${name} is of jobQueueType ${type}, which cannot hold an environment of type ${spec.computeResources?.type ?? spec.type}. Create a new queue, or keep the type`,
    );
  }
  for (const sibling of siblings(seen, queue, names)) {
    const other = sibling.computeEnvironmentName;
    if (kindInQueue(sibling) !== kindInQueue(spec)) {
      return blocked(
        `queue ${name} also names ${other}, and AWS does not mix ${kindInQueue(sibling)} and ${kindInQueue(spec)} environments in a queue. Remove ${other} from the queue first, or keep the type`,
      );
    }
    const [ours, theirs] = [architecture(spec), architecture(sibling)];
    if (ours !== undefined && theirs !== undefined && ours !== theirs) {
      return blocked(
        `queue ${name} also names ${other} with ${theirs} instances, and AWS allows only one CPU architecture in a queue; the spec asks for ${ours}`,
      );
    }
  }
  return undefined;
}

function siblings(seen: Seen, queue: QueueSeen, names: ReadonlySet<string>): Environment[] {
  return queue.order
    .filter((name) => !names.has(name))
    .flatMap((name) => seen.environments.filter((environment) => environment.computeEnvironmentName === name));
}

type Shape = {
  readonly type?: string | undefined;
  readonly eksConfiguration?: unknown;
  readonly computeResources?:
    | { readonly type?: string | undefined; readonly instanceTypes?: readonly string[] | undefined }
    | undefined;
};

/** What AWS does not mix within a queue. */
function kindInQueue(environment: Shape): "EKS" | "Fargate" | "Managed Instances" | "EC2" {
  if (environment.eksConfiguration !== undefined) return "EKS";
  const names: Readonly<Record<Family, "Fargate" | "Managed Instances" | "EC2">> = {
    fargate: "Fargate",
    managedInstances: "Managed Instances",
    ec2: "EC2",
    unmanaged: "EC2",
  };
  return names[familyOf(environment)];
}

function typeAllows(jobQueueType: string, spec: Spec): boolean {
  const kind = kindInQueue(spec);
  switch (jobQueueType) {
    case "EKS":
      return kind === "EKS";
    case "ECS":
      return kind === "EC2";
    case "ECS_FARGATE":
      return kind === "Fargate";
    case "ECS_MANAGED_INSTANCES":
      return kind === "Managed Instances";
    default:
      return false;
  }
}

/** From the instance types: `c7g`, `m6gd`, `im4gn` and the like are arm64, and so are `a1` and the arm64 bundles. */
function architecture(environment: Shape): "arm64" | "x86_64" | undefined {
  const types = environment.computeResources?.instanceTypes ?? [];
  const [first] = types;
  if (first === undefined) return undefined;
  return /^(a1|[a-z]+\d+g[a-z]*)(\.|$)|arm64/.test(first) ? "arm64" : "x86_64";
}
