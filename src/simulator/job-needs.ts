import type { ConsumableResourceProperties } from "@aws-sdk/client-batch";
import { lastPart } from "./job-course.ts";
import type { StoredJob } from "./stored-job.ts";

/** How much of a consumable resource a job holds while it runs. */
export interface ConsumableNeed {
  readonly name: string;
  readonly quantity: number;
}

/** The consumable resources that a job asks for: what it says itself, or else what its definition says. */
export function consumablesOf({ request, definition }: StoredJob): ConsumableResourceProperties {
  return request.consumableResourcePropertiesOverride ?? definition.consumableResourceProperties ?? {};
}

/** Those of the job, of a multi-node job also those of its nodes, by name. */
export function needsOf(job: StoredJob): readonly ConsumableNeed[] {
  const ranges = job.definition.nodeProperties?.nodeRangeProperties ?? [];
  const all = [consumablesOf(job), ...ranges.map((range) => range.consumableResourceProperties ?? {})];
  return all.flatMap(({ consumableResourceList = [] }) =>
    consumableResourceList.flatMap(({ consumableResource, quantity = 0 }) =>
      consumableResource === undefined ? [] : [{ name: lastPart(consumableResource), quantity }],
    ),
  );
}
