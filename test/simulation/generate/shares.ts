import type { QuotaShareSpec } from "../../../src/api/v1alpha1/quota-share.ts";
import { quotaShare, sharedQueue } from "../../manifests.ts";
import { type Act, type Step, shareDoings } from "../story.ts";
import type { Chance } from "./chance.ts";

/** Quota shares of a world: two name the queue by its object, a third by its name in AWS. */

const byObject = ["qs-a", "qs-b"];
const byName = "qs-c";
const all = [...byObject, byName];
const queueName = "qq";
/** Name of the object of its service environment, which one queue alone may have. */
export const quotaEnvironment = "sm";

function specOf(chance: Chance, name: string): Partial<QuotaShareSpec> {
  const strategy = chance.of(["RESERVE", "LEND", "LEND_AND_BORROW"] as const);
  const borrows = strategy === "LEND_AND_BORROW" && chance.is(0.5);
  return {
    ...(name === byName ? { jobQueue: `team_${queueName}` } : {}),
    capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: chance.of([0, 1, 1, 2, 3, 4]) }],
    resourceSharingConfiguration: { strategy, ...(borrows ? { borrowLimit: chance.of([-1, 50, 200]) } : {}) },
    preemptionConfiguration: { inSharePreemption: chance.of(["ENABLED", "DISABLED"] as const) },
    ...(chance.is(0.3) ? { state: chance.of(["ENABLED", "ENABLED", "DISABLED"] as const) } : {}),
    ...(chance.is(0.3) ? { drain: { policy: "Terminate", timeoutSeconds: chance.of([0, 60, 600]) } } : {}),
    ...(chance.is(0.3) ? { tags: chance.of([{ team: "a" }, { team: "b", cost: "1" }]) } : {}),
    ...(chance.is(0.1) ? { adoptionPolicy: "IfExists" } : {}),
  };
}

/** What users and others do with the shares of a queue, and with the queue. */
export function shareSteps(chance: Chance, until: number): Step[] {
  const at = (act: Act): Step => ({ at: chance.number() * until, act });
  const several = (most: number, act: () => Act): Step[] =>
    Array.from({ length: chance.whole(0, most) }, () => at(act()));
  const applied = (name: string): Act => {
    const { spec, ...manifest } = quotaShare(name, queueName, specOf(chance, name));
    const { jobQueueRef, ...byAwsName } = spec as QuotaShareSpec;
    return {
      kind: "apply",
      manifest: { ...manifest, spec: name === byName ? byAwsName : { jobQueueRef, ...byAwsName } },
    };
  };
  const begun = (act: Act): Step => ({ at: chance.whole(0, 60), act });
  return [
    ...sharedQueue(queueName).map((manifest) => begun({ kind: "apply", manifest })),
    ...all.map((name) => begun(applied(name))),
    ...several(6, () => applied(chance.of(all))),
    ...several(3, () => ({ kind: "delete", of: "QuotaShare", name: chance.of(all) })),
    ...several(1, () => ({ kind: "delete", of: "JobQueue", name: queueName })),
    ...several(1, () => ({ kind: "approve" })),
    ...several(4, () => ({ kind: "tool", doing: chance.of(shareDoings), pick: chance.whole(0, 100) })),
    ...several(8, () => ({
      kind: "submit",
      pick: chance.whole(0, 100),
      durationMs: chance.of([20_000, 300_000, 1_800_000]),
      size: undefined,
    })),
  ];
}
