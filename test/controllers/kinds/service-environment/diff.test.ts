import { describe, expect, it } from "vitest";
import type { ServiceEnvironmentSpec } from "../../../../src/api/v1alpha1/service-environment.ts";
import type { ServiceEnvironmentRecord } from "../../../../src/aws/batch.ts";
import { fieldDifferences, fixedDifference } from "../../../../src/controllers/fields/differences.ts";
import { serviceEnvironmentFields } from "../../../../src/controllers/kinds/service-environment.ts";
import { record, spec } from "./given.ts";

const types = [
  { capacityUnit: "ml.m5.large", maxCapacity: 4 },
  { capacityUnit: "ml.g5.xlarge", maxCapacity: 2 },
];

describe("the difference between the spec of a service environment and AWS", () => {
  it.each<[string, Partial<ServiceEnvironmentSpec>, Partial<ServiceEnvironmentRecord>, readonly string[]]>([
    ["is none without a state, whatever AWS has", {}, { state: "DISABLED" }, []],
    ["is none for limits in another order", { capacityLimits: types }, { capacityLimits: types.toReversed() }, []],
    ["is the state", { state: "DISABLED" }, {}, ['spec.state "ENABLED" "DISABLED"']],
    ["is a state that AWS does not show", { state: "ENABLED" }, { state: undefined }, ['spec.state null "ENABLED"']],
    [
      "is the units",
      { capacityLimits: types },
      {},
      ['spec.capacityLimits {"NUM_INSTANCES":10} {"ml.g5.xlarge":2,"ml.m5.large":4}'],
    ],
  ])("%s", (_name, desired, change, expected) => {
    const found = fieldDifferences(serviceEnvironmentFields, { ...spec, ...desired }, record(change));
    expect(found.map(({ path, from, to }) => `${path} ${from} ${to}`)).toEqual(expected);
  });
});

it("of another type is reported with the ways out", () => {
  expect(
    fixedDifference(
      serviceEnvironmentFields,
      spec,
      record({ serviceEnvironmentType: "OTHER" as "SAGEMAKER_TRAINING" }),
    ),
  ).toMatchObject({
    paths: ["spec.serviceEnvironmentType"],
    next: {
      message:
        "team_sm is of serviceEnvironmentType OTHER, which cannot be changed to SAGEMAKER_TRAINING: restore it, or create another object with another spec.serviceEnvironmentName",
    },
  });
  expect(fixedDifference(serviceEnvironmentFields, spec, record())).toBeUndefined();
});
