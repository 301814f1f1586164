import { serviceEnvironment } from "./bases.ts";
import { type CelExample, examplesOf, type Row } from "./example.ts";
import { sharingRows, tagRows } from "./shared.ts";

const limits = (...units: readonly string[]) => ({
  capacityLimits: units.map((capacityUnit) => ({ capacityUnit, maxCapacity: 4 })),
});

const rows: readonly Row[] = [
  [
    "limits are either one number of all instances (NUM_INSTANCES) or up to five by instance type: keep one kind",
    limits("ml.m5.large", "ml.g5.xlarge"),
    limits("ml.m5.large", "NUM_INSTANCES"),
  ],
  ["region cannot be changed", {}, { region: "eu-west-1" }, {}],
  [
    "serviceEnvironmentName cannot be changed",
    { serviceEnvironmentName: "a" },
    { serviceEnvironmentName: "b" },
    { serviceEnvironmentName: "a" },
  ],
  ...sharingRows,
  ...tagRows,
];

export const serviceEnvironmentExamples: readonly CelExample[] = examplesOf(
  "ServiceEnvironment",
  serviceEnvironment,
  rows,
);
