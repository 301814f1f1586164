/** Which objects a change in AWS or of another object concerns. Pure. */

import { type Kind, type KubeObject, keyOf, keyText, type ObjectKey } from "../api/object.ts";
import type { BatchComputeEnvironment } from "../api/v1alpha1/compute-environment.ts";
import type { JobDefinition } from "../api/v1alpha1/job-definition.ts";
import type { JobQueue } from "../api/v1alpha1/job-queue.ts";
import { BatchComputeEnvironmentKind, JobDefinitionKind, JobQueueKind, kinds } from "../api/v1alpha1/kinds.ts";
import type { BatchSnapshot } from "../aws/region.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import { environmentName, orderOf } from "./compute-environment/seen.ts";
import { definitionNameOf } from "./job-definition/observe.ts";
import { baseNameOf, queueNameOf, referenceKey } from "./naming.ts";
import { ownerIn } from "./ownership.ts";
import type { Objects } from "./ports.ts";
import { limitAnnotations } from "./roles/limits.ts";

/** The AWS names whose records are not what they were. */
export interface AwsChange {
  readonly environments: readonly string[];
  readonly queues: readonly string[];
  readonly definitions: readonly string[];
  /** Names of queues of whose jobs something else is known now. */
  readonly jobs: readonly string[];
  /** AWS became readable or unreadable, or absence began to be believed: every object may decide differently. */
  readonly everything: boolean;
}

export interface Woken {
  readonly kind: Kind;
  readonly key: ObjectKey;
}

/** @param before the snapshot before the change, for what an AWS object referred to until now */
export function wokenByAws(
  change: AwsChange,
  before: BatchSnapshot | undefined,
  now: BatchSnapshot,
  objects: Objects,
): readonly Woken[] {
  if (change.everything) return kinds.flatMap((kind) => woken(objects, kind, () => true));
  const environments = new Set(change.environments);
  for (const name of change.queues) {
    for (const snapshot of [before, now]) {
      const queue = snapshot?.queues.get(name);
      if (queue !== undefined) for (const named of orderOf(queue)) environments.add(named);
    }
  }
  const ownersOf = (names: Iterable<string>): readonly string[] =>
    [...names].flatMap((name) =>
      [before, now].flatMap((snapshot) => {
        const owner = ownerIn(snapshot?.environments.get(name)?.tags);
        return owner === undefined ? [] : [keyText(owner)];
      }),
    );
  const owners = new Set(ownersOf(environments));
  // A spec may say another order than AWS has: what is named there is waited for, or has a successor, all the same.
  const changed = new Set(change.environments);
  const changedOwners = new Set(ownersOf(changed));
  const tied = [...now.queues.values()].filter((queue) =>
    orderOf(queue).some((name) => changed.has(name) || ownersOf([name]).some((owner) => changedOwners.has(owner))),
  );
  for (const owner of ownersOf(tied.flatMap(orderOf))) owners.add(owner);
  const touchedQueues = new Set([...change.queues, ...change.jobs, ...tied.map((queue) => queue.jobQueueName)]);
  const definitions = new Set(change.definitions);
  return [
    ...woken(objects, BatchComputeEnvironmentKind, (object: BatchComputeEnvironment) => {
      return owners.has(keyText(object.metadata)) || environments.has(baseNameOf(object));
    }),
    ...woken(objects, JobQueueKind, (object: JobQueue) => {
      return touchedQueues.has(queueNameOf(object)) || refersTo(object, owners, environments);
    }),
    ...woken(objects, JobDefinitionKind, (object: JobDefinition) => definitions.has(definitionNameOf(object))),
  ];
}

/** The queues that refer to a compute environment object, and the environments that a queue object refers to. */
export function wokenByObject(object: KubeObject, objects: Objects): readonly Woken[] {
  const path = keyText(object.metadata);
  if (object.kind === BatchComputeEnvironmentKind.kind) {
    return woken(objects, JobQueueKind, (queue: JobQueue) => refersTo(queue, new Set([path]), new Set()));
  }
  if (object.kind !== JobQueueKind.kind) return [];
  const queue = object as JobQueue;
  return queue.spec.computeEnvironmentOrder
    .flatMap((entry) => referenceKey(entry, queue) ?? [])
    .map((key) => ({ kind: BatchComputeEnvironmentKind, key }));
}

/**
 * The objects that depend on what a Namespace says: its labels decide what its queues may refer to, its annotations
 * which roles its environments and definitions may use.
 * @param before undefined: it is new
 * @param after undefined: it is gone
 */
export function wokenByNamespace(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  objects: Objects,
): readonly Woken[] {
  const name = (after ?? before)?.metadata.name;
  const differs = (valueIn: (namespace: KubeObject) => unknown): boolean =>
    before === undefined || after === undefined || !jsonEqual(valueIn(before), valueIn(after));
  const limitsIn = ({ metadata: { annotations = {} } }: KubeObject): unknown =>
    Object.values(limitAnnotations).map((annotation) => annotations[annotation] ?? null);
  const concerned = [
    ...(differs(({ metadata }) => metadata.labels ?? {}) ? [JobQueueKind] : []),
    ...(differs(limitsIn) ? [BatchComputeEnvironmentKind, JobDefinitionKind] : []),
  ];
  return concerned.flatMap((kind) => woken(objects, kind, ({ metadata }) => metadata.namespace === name));
}

function refersTo(queue: JobQueue, owners: ReadonlySet<string>, environments: ReadonlySet<string>): boolean {
  return queue.spec.computeEnvironmentOrder.some((entry) => {
    const key = referenceKey(entry, queue);
    return key === undefined ? environments.has(environmentName(entry.computeEnvironment)) : owners.has(keyText(key));
  });
}

function woken<O extends KubeObject>(objects: Objects, kind: Kind, concerned: (object: O) => boolean): Woken[] {
  return objects
    .list(kind)
    .filter((object) => concerned(object as O))
    .map((object) => ({ kind, key: keyOf(object) }));
}
