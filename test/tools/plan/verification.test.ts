/** What `plan` says while the job of `replacement.verify` runs: a person plans again, and nothing has failed. */

import { expect, test } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../../manifests.ts";
import { planned, worldOf } from "./tried.ts";

const verifying = {
  ...ec2,
  replacement: { soakSeconds: 60, verify: { jobDefinitionRef: { name: "smoke" }, timeoutSeconds: 300 } },
};
const objects = [jobQueue("q", ["ce"]), jobDefinition("smoke")];
const replaced = computeEnvironment("ce", withTypes(["m5.large"], verifying));

test("the job of a verification that runs is taken to succeed: no end, no failure, no approval", async () => {
  const world = await worldOf([computeEnvironment("ce", verifying), ...objects]);
  world.aws.outside.planJobs({ job: "verify-*", attempts: [{ durationMs: 900_000 }] });
  world.apply(replaced);
  const message = () => world.condition("BatchComputeEnvironment", "ce", "Ready")?.message ?? "";
  await world.until("its job runs", () => /verifies .* and is RUNNING/.test(message()), 900);
  const entries = await planned(world, [replaced, ...objects]);
  const entry = entries.find(({ kind }) => kind === "BatchComputeEnvironment");
  const writes = entry?.steps.flatMap((step) => (step.kind === "write" ? [`${step.operation} ${step.subject}`] : []));
  expect(entry?.blocked).toBeUndefined();
  expect({ writes, notes: entry?.notes, blocked: entry?.blocked, action: entry?.action }).toMatchInlineSnapshot(`
    {
      "action": "finish",
      "blocked": undefined,
      "notes": [],
      "writes": [
        "TagResource team_ce-124b982b",
        "UpdateJobQueue team_ce-124b982b-verify",
        "TagResource team_ce-124b982b",
        "DeleteJobQueue team_ce-124b982b-verify",
        "TagResource team_ce-ae33a5e2",
        "UpdateComputeEnvironment team_ce-ae33a5e2",
        "DeleteComputeEnvironment team_ce-ae33a5e2",
      ],
    }
  `);
});
