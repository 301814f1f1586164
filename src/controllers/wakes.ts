/** Which objects a change in AWS or of another object concerns. Pure. */

import { type Kind, type KubeObject, keyOf, type ObjectKey } from "../api/object.ts";
import type { BatchComputeEnvironment } from "../api/v1alpha1/compute-environment.ts";
import type { JobDefinition } from "../api/v1alpha1/job-definition.ts";
import type { JobQueue } from "../api/v1alpha1/job-queue.ts";
import { BatchComputeEnvironmentKind, JobDefinitionKind, JobQueueKind, kinds } from "../api/v1alpha1/kinds.ts";
import type { BatchSnapshot } from "../aws/region.ts";
import { baseNameOf } from "./compute-environment/observe.ts";
import { environmentName, orderOf } from "./compute-environment/seen.ts";
import { definitionNameOf } from "./job-definition/observe.ts";
import { queueNameOf } from "./naming.ts";
import { ownerIn } from "./ownership.ts";
import type { Objects } from "./ports.ts";

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
  const owners = new Set(
    [...environments].flatMap((name) =>
      [before, now].flatMap((snapshot) => {
        const owner = ownerIn(snapshot?.environments.get(name)?.tags);
        return owner === undefined ? [] : [`${owner.namespace}/${owner.name}`];
      }),
    ),
  );
  const touchedQueues = new Set([...change.queues, ...change.jobs]);
  const definitions = new Set(change.definitions);
  return [
    ...woken(objects, BatchComputeEnvironmentKind, (object: BatchComputeEnvironment) => {
      return owners.has(pathOf(object)) || environments.has(baseNameOf(object));
    }),
    ...woken(objects, JobQueueKind, (object: JobQueue) => {
      return touchedQueues.has(queueNameOf(object)) || refersTo(object, owners, environments);
    }),
    ...woken(objects, JobDefinitionKind, (object: JobDefinition) => definitions.has(definitionNameOf(object))),
  ];
}

/** The queues that refer to a compute environment object, and the environments that a queue object refers to. */
export function wokenByObject(object: KubeObject, objects: Objects): readonly Woken[] {
  const path = pathOf(object);
  if (object.kind === BatchComputeEnvironmentKind.kind) {
    return woken(objects, JobQueueKind, (queue: JobQueue) => refersTo(queue, new Set([path]), new Set()));
  }
  if (object.kind !== JobQueueKind.kind) return [];
  const queue = object as JobQueue;
  return queue.spec.computeEnvironmentOrder.flatMap(({ computeEnvironmentRef: reference }) => {
    if (reference === undefined) return [];
    const namespace = reference.namespace ?? queue.metadata.namespace;
    return [{ kind: BatchComputeEnvironmentKind, key: { namespace, name: reference.name } }];
  });
}

function refersTo(queue: JobQueue, owners: ReadonlySet<string>, environments: ReadonlySet<string>): boolean {
  return queue.spec.computeEnvironmentOrder.some(({ computeEnvironment, computeEnvironmentRef: reference }) =>
    reference === undefined
      ? environments.has(environmentName(computeEnvironment))
      : owners.has(`${reference.namespace ?? queue.metadata.namespace}/${reference.name}`),
  );
}

function woken<O extends KubeObject>(objects: Objects, kind: Kind, concerned: (object: O) => boolean): Woken[] {
  return objects
    .list(kind)
    .filter((object) => concerned(object as O))
    .map((object) => ({ kind, key: keyOf(object) }));
}

function pathOf(object: KubeObject): string {
  return `${object.metadata.namespace}/${object.metadata.name}`;
}
