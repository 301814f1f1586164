import type { Kind } from "../../api/object.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import type { Queue } from "../../aws/batch.ts";
import type { BatchSnapshot } from "../../aws/region.ts";
import { queueNameOf } from "../ownership/naming.ts";
import { isOfCluster, type Owner, ownerIn } from "../ownership/ownership.ts";
import type { Ports } from "../ports.ts";
import { firstOf } from "../wording.ts";

/** Queues in AWS that keep what they use from being deleted, and what ends that. */

export interface QueueUser {
  readonly name: string;
  /** Whether an object of this cluster says what it uses, and whether that, or the queue itself, is being deleted. */
  readonly state: "byObject" | "leaving" | "onlyInAws";
}

/** The object of this cluster that a queue belongs to by its tags, and that gives it its name: a copy of it has the tags too. */
export function objectOfQueue(queue: Queue, ports: Pick<Ports, "cluster" | "objects">): JobQueue | undefined {
  const owner = ownerOfQueue(queue, ports);
  if (owner === undefined) return undefined;
  const found = ports.objects.get(JobQueueKind as Kind, owner) as JobQueue | undefined;
  return found !== undefined && queueNameOf(found) === queue.jobQueueName ? found : undefined;
}

/** Whose it is in this cluster, by its tags, whether or not the object exists. */
export function ownerOfQueue(queue: Queue, { cluster }: Pick<Ports, "cluster">): Owner | undefined {
  const owner = ownerIn(queue.tags);
  const isOurs = owner !== undefined && isOfCluster(owner, cluster) && owner.clusterUid === cluster.uid;
  return isOurs ? owner : undefined;
}

/** The queues in AWS that use a resource, by name. */
export function queuesWith(
  { jobQueues }: Pick<BatchSnapshot, "jobQueues">,
  uses: (queue: Queue) => boolean,
  ports: Pick<Ports, "cluster" | "objects">,
): readonly QueueUser[] {
  return [...jobQueues.values()]
    .filter((queue) => queue.status !== "DELETED" && uses(queue))
    .map((queue) => {
      const object = objectOfQueue(queue, ports);
      const isLeaving = queue.status === "DELETING" || object?.metadata.deletionTimestamp !== undefined;
      const state = isLeaving ? "leaving" : object === undefined ? "onlyInAws" : "byObject";
      return { name: queue.jobQueueName, state } as const;
    })
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

/** The names of all of them, for a sentence. */
export function namesOfUsers(users: readonly QueueUser[]): string {
  return firstOf(users.map(({ name }) => name));
}

/**
 * What a person does, so that nothing keeps the resource.
 * @param other what a queue can get instead, e.g. `another policy`
 */
export function waysToFree(users: readonly QueueUser[], other: string): string {
  const of = (state: QueueUser["state"]): readonly QueueUser[] => users.filter((user) => user.state === state);
  const [byObject, leaving, onlyInAws] = [of("byObject"), of("leaving"), of("onlyInAws")];
  return [
    ...(byObject.length === 0 ? [] : [`give ${namesOfUsers(byObject)} ${other}, or delete ${them(byObject)}`]),
    ...(leaving.length === 0 ? [] : [`wait until AWS has deleted ${namesOfUsers(leaving)}`]),
    ...(onlyInAws.length === 0
      ? []
      : [
          `${namesOfUsers(onlyInAws)} ${onlyInAws.length === 1 ? "has" : "have"} no object in this cluster: delete ${them(onlyInAws)} in AWS (aws batch update-job-queue --state DISABLED, then aws batch delete-job-queue), or let a JobQueue with that jobQueueName adopt ${them(onlyInAws)}`,
        ]),
  ].join("; ");
}

function them({ length }: readonly QueueUser[]): string {
  return length === 1 ? "it" : "them";
}
