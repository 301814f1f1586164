import { expect, test } from "vitest";
import { costLine } from "../../../src/tools/plan/cost.ts";
import { type Entry, noJobs } from "../../../src/tools/plan/entry.ts";
import type { Hourly } from "../../../src/tools/plan/hourly.ts";

function entry(region: string, ...hourly: readonly Hourly[]): Entry {
  return {
    kind: "BatchComputeEnvironment",
    namespace: "team",
    name: "ce",
    file: "ce.yaml:1",
    region,
    awsName: "team_ce",
    action: "update",
    title: "is updated in place",
    fields: [],
    steps: hourly.map((one, index) => {
      const words = { operation: "Write", subject: "team_ce", reason: "Updating", why: "", fields: [] };
      return { kind: "write" as const, number: index + 1, ...words, hourly: one };
    }),
    queues: [],
    jobs: noJobs,
    blocked: undefined,
    notes: [],
  };
}

test.each<readonly [string, readonly Entry[], string | undefined]>([
  ["nothing that is billed by its existence", [entry("us-east-1", { endpoints: 0, vcpus: 0 })], undefined],
  [
    "what is created and what goes, as one sum",
    [entry("us-west-2", { endpoints: 4, vcpus: 8 }, { endpoints: -1, vcpus: -8 })],
    "cost per hour: +3 hours of interface endpoints in us-west-2 (one for each endpoint and zone), USD +0.03 without traffic (0.01 each: AWS Price List, USW2-VpcEndpoint-Hours, 2026-10-06)",
  ],
  [
    "no price where none is known",
    [entry("eu-west-1", { endpoints: -2, vcpus: 0 })],
    "cost per hour: -2 hours of interface endpoints in eu-west-1 (one for each endpoint and zone), at a price that is not known here (https://aws.amazon.com/privatelink/pricing/)",
  ],
  [
    "the endpoints of each region at its own price",
    [
      entry("us-east-1", { endpoints: 2, vcpus: 0 }),
      entry("eu-west-1", { endpoints: 1, vcpus: 0 }),
      entry("us-east-1", { endpoints: 1, vcpus: 0 }),
    ],
    "cost per hour: +3 hours of interface endpoints in us-east-1 (one for each endpoint and zone), USD +0.03 without traffic (0.01 each: AWS Price List, USE1-VpcEndpoint-Hours, 2026-08-20); +1 hours of interface endpoints in eu-west-1 (one for each endpoint and zone), at a price that is not known here (https://aws.amazon.com/privatelink/pricing/)",
  ],
  [
    "vCPUs that are kept running, in all regions",
    [entry("eu-west-1", { endpoints: 0, vcpus: 4 }), entry("us-east-1", { endpoints: 0, vcpus: 12 })],
    "cost per hour: +16 vCPU-hours by minvCpus",
  ],
])("the line about costs: %s", (_what, entries, line) => {
  expect(costLine({ clusterName: "c", account: "1", entries, warnings: [] })).toBe(line);
});
