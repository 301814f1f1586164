import { adviceFor } from "../../aws/advice.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import { AwsError } from "../../aws/errors.ts";
import type { ConsumableNeed } from "../../aws/job-needs.ts";
import { listed } from "../../aws/listing.ts";
import type { Finding } from "../../diagnosis/causes.ts";
import type { ConsumableFact, ConsumableHolders } from "../../diagnosis/facts.ts";

/** The consumables of a job that could be read, and why others could not. */
export interface ReadConsumables {
  readonly facts: readonly ConsumableFact[];
  readonly findings: readonly Finding[];
}

/**
 * What the first job needs, and who holds it: two calls for each consumable, of which a job has five at most.
 *
 * @throws AwsError unless AWS denies it
 */
export async function readConsumables(
  needs: readonly ConsumableNeed[],
  batch: BatchApi,
  signal: AbortSignal,
): Promise<ReadConsumables> {
  const facts: ConsumableFact[] = [];
  try {
    for (const need of needs) facts.push(await consumableFact(need, batch, signal));
    return { facts, findings: [] };
  } catch (error) {
    if (!(error instanceof AwsError) || error.kind !== "denied") throw error;
    const sentence = `the consumable resources of the job cannot be read (${error.operation}): ${error.message.replace(/\.$/, "")}`;
    return { facts, findings: [{ code: "JobsNotReadable", sentence, fix: adviceFor(error).replace(/\.$/, "") }] };
  }
}

async function consumableFact(
  { name, quantity: needed }: ConsumableNeed,
  batch: BatchApi,
  signal: AbortSignal,
): Promise<ConsumableFact> {
  try {
    const described = await batch.describeConsumableResource({ consumableResource: name }, { signal });
    const { totalQuantity: total = 0, inUseQuantity = 0, resourceType, tags } = described;
    const { availableQuantity: available = Math.max(0, total - inUseQuantity) } = described;
    const isUsedUp = resourceType === "NON_REPLENISHABLE" && available < needed;
    const quantity = { total, available, isUsedUp };
    return { name, needed, tags, quantity, holders: await holdersOf(name, batch, signal) };
  } catch (error) {
    if (error instanceof AwsError && error.kind === "notFound") return { name, needed, quantity: undefined };
    throw error;
  }
}

async function holdersOf(name: string, batch: BatchApi, signal: AbortSignal): Promise<ConsumableHolders> {
  const filters = [{ name: "JOB_STATUS", values: ["STARTING", "RUNNING"] }];
  const answer = await batch.listJobsByConsumableResource({ consumableResource: name, filters }, { signal });
  const jobs = listed(answer.jobs, "ListJobsByConsumableResource").map(
    ({ jobName = "", jobStatus = "", quantity = 0 }) => {
      return { name: jobName, status: jobStatus, quantity };
    },
  );
  return { jobs, more: answer.nextToken !== undefined && answer.nextToken !== "" };
}
