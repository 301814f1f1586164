import { describe, expect, it } from "vitest";
import type { QuotaShareSpec } from "../../../../src/api/v1alpha1/quota-share.ts";
import type { QuotaShareRecord } from "../../../../src/aws/batch.ts";
import { fieldDifferences } from "../../../../src/controllers/fields/differences.ts";
import { updateOf } from "../../../../src/controllers/fields/requests.ts";
import { quotaShareFields } from "../../../../src/controllers/kinds/quota-share/lowering.ts";
import { record, spec } from "./given.ts";

const limits = (large: number, xlarge?: number): Pick<QuotaShareSpec, "capacityLimits"> => ({
  capacityLimits: [
    { capacityUnit: "ml.m5.large", maxCapacity: large },
    ...(xlarge === undefined ? [] : [{ capacityUnit: "ml.g5.xlarge", maxCapacity: xlarge }]),
  ],
});
const sharing = (
  strategy: QuotaShareSpec["resourceSharingConfiguration"]["strategy"],
  borrowLimit?: number,
): Pick<QuotaShareSpec, "resourceSharingConfiguration"> => ({
  resourceSharingConfiguration: { strategy, ...(borrowLimit === undefined ? {} : { borrowLimit }) },
});
const enabled = { preemptionConfiguration: { inSharePreemption: "ENABLED" as const } };

describe("a quota share differs from its spec", () => {
  it.each<[string, Partial<QuotaShareSpec>, Partial<QuotaShareRecord>, readonly string[]]>([
    ["in nothing, whatever the order of its limits", {}, {}, []],
    ["in its state", { state: "DISABLED" }, {}, ["state"]],
    ["in no state where the spec has none", {}, { state: "DISABLED" }, []],
    ["in more capacity", limits(5, 1), {}, ["capacityLimits"]],
    ["in less capacity", limits(3, 2), {}, ["capacityLimits: has less: ml.m5.large 3 instead of 4"]],
    ["in a limit that it lacks", limits(4), {}, ["capacityLimits: has less: ml.g5.xlarge 0 instead of 1"]],
    ["in all of what AWS does not describe", {}, { capacityLimits: undefined }, ["capacityLimits"]],
    ["in a higher limit of what it borrows", sharing("LEND_AND_BORROW", 60), {}, ["resourceSharingConfiguration"]],
    ["in no limit of what it borrows", sharing("LEND_AND_BORROW", -1), {}, ["resourceSharingConfiguration"]],
    ["in a lower one", sharing("LEND_AND_BORROW", 40), {}, ["resourceSharingConfiguration: borrows less"]],
    ["in not borrowing any more", sharing("LEND"), {}, ["resourceSharingConfiguration: borrows less"]],
    ["in nothing where it leaves out what it borrows", sharing("LEND_AND_BORROW"), {}, []],
    [
      "in lending",
      sharing("RESERVE"),
      { resourceSharingConfiguration: { strategy: "LEND" } },
      ["resourceSharingConfiguration"],
    ],
    [
      "in how it shares, where AWS does not say it",
      sharing("RESERVE"),
      { resourceSharingConfiguration: undefined },
      ["resourceSharingConfiguration"],
    ],
    ["in preemption", enabled, {}, ["preemptionConfiguration"]],
    [
      "in preemption, where AWS does not say it",
      enabled,
      { preemptionConfiguration: undefined },
      ["preemptionConfiguration"],
    ],
  ])("%s", (_name, desired, described, expected) => {
    const found = fieldDifferences(quotaShareFields, { ...spec, ...desired }, record(described));
    expect(found.map(({ path, loss }) => path.replace("spec.", "") + (loss === undefined ? "" : `: ${loss}`))).toEqual(
      expected,
    );
  });

  it("and sends what differs alone", () => {
    const found = fieldDifferences(quotaShareFields, { ...spec, ...limits(5, 1) }, record());
    expect(found).toMatchObject([
      { from: '{"ml.g5.xlarge":1,"ml.m5.large":4}', to: '{"ml.g5.xlarge":1,"ml.m5.large":5}' },
    ]);
    expect(updateOf(found)).toEqual(limits(5, 1));
  });
});
