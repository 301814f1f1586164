import { dryRunAnnotation, pausedAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import type { BatchSnapshot } from "../../../aws/region.ts";
import { StoreError } from "../../../runtime/store.ts";
import { environmentName, orderOf } from "../../draining/queue-order.ts";
import { objectOfQueue, ownerOfQueue } from "../../draining/queue-users.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { directivesOf } from "../../pass/directives.ts";
import type { Ports } from "../../ports.ts";
import { accessTo } from "../../references/access.ts";
import type { QueueObject, QueueSeen } from "./seen.ts";

/** Every queue of the region with what is known of its object. */
export async function queuesSeen(
  environment: BatchComputeEnvironment,
  snapshot: BatchSnapshot,
  ports: Ports,
  signal: AbortSignal,
): Promise<QueueSeen[]> {
  const live = [...snapshot.jobQueues.values()].filter(({ status }) => status !== "DELETED");
  return await Promise.all(
    live.map(async (queue) => {
      const seen = { queue, order: orderOf(queue), owner: ownerOfQueue(queue, ports) };
      const found = objectOfQueue(queue, ports);
      if (found === undefined) return { ...seen, object: undefined };
      const mayUse = await mayUseIt(environment, found.metadata.namespace, ports, signal);
      return { ...seen, object: queueObject(found, mayUse, ports) };
    }),
  );
}

/** A queue that cannot be read forbids nothing here: queues that use the environment are waited for anyway. */
async function mayUseIt(
  environment: BatchComputeEnvironment,
  namespace: string,
  { objects }: Ports,
  signal: AbortSignal,
): Promise<boolean> {
  const selects =
    environment.spec.allowedNamespaces?.from === "Selector" && environment.metadata.namespace !== namespace;
  if (!selects) return accessTo(environment, namespace, undefined).kind === "allowed";
  try {
    return accessTo(environment, namespace, (await objects.namespace(namespace, signal))?.labels).kind === "allowed";
  } catch (error) {
    if (error instanceof StoreError) return true;
    throw error;
  }
}

function queueObject(object: JobQueue, mayUse: boolean, ports: Ports): QueueObject {
  const stalled = conditionsOf(object).find(({ type, status }) => type === "Stalled" && status === "True");
  const { paused, dryRun } = directivesOf(object, ports.settings);
  return {
    heldBy: paused ? pausedAnnotation : dryRun ? dryRunAnnotation : undefined,
    deleting: object.metadata.deletionTimestamp !== undefined,
    mayUse,
    literalNames: (object.spec.computeEnvironmentOrder ?? []).flatMap(({ computeEnvironment }) =>
      computeEnvironment === undefined ? [] : [environmentName(computeEnvironment)],
    ),
    jobQueueType: object.spec.jobQueueType,
    stalled: stalled === undefined ? undefined : `${stalled.reason}: ${stalled.message}`,
  };
}
