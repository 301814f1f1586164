import { describe, expect, test } from "vitest";
import { BatchJobKind, kinds } from "../../src/api/v1alpha1/kinds.ts";
import { batchJob, jobDefinition, role } from "../manifests.ts";
import { aPlace, isTrue } from "./jobs.ts";

const noRoom = { small: 0, total: 0, perNamespace: 0 };

test("where there is room for no object, jobs are submitted and end all the same, and everything goes", async () => {
  const world = await aPlace({ roomLimits: noRoom });
  world.apply(batchJob("first", {}), batchJob("second", { dependsOn: [{ jobRef: { name: "first" } }] }));
  await world.until(
    "both are complete",
    () => isTrue(world, "first", "Complete")() && isTrue(world, "second", "Complete")(),
  );
  for (const kind of kinds.filter((one) => one !== BatchJobKind)) {
    for (const object of world.operator.objects.list(kind)) expect(object.isStub).toBe(true);
  }
  for (const kind of ["BatchJob", "JobDefinition", "JobQueue", "BatchComputeEnvironment"]) {
    for (const { metadata } of world.store
      .snapshot()
      .objects.map(({ object }) => object)
      .filter((one) => one.kind === kind)) {
      world.delete(kind, metadata.name);
    }
  }
  await world.untilGone();
  expect(world.violations).toEqual([]);
});

test("large paused objects of one namespace take a few KiB each, and cost another's change nothing", async () => {
  const world = await aPlace({});
  const parameters = { text: "x".repeat(20_000) };
  const paused = { "awsbatch.dev/paused": "true" };
  for (let at = 0; at < 300; at++) {
    world.apply({
      ...jobDefinition(`large-${at}`, { parameters }),
      metadata: { name: `large-${at}`, namespace: "mallory", annotations: paused },
    });
  }
  world.apply(jobDefinition("own"));
  await world.until(
    "the other one is Ready",
    () => world.condition("JobDefinition", "own", "Ready")?.status === "True",
  );
  await world.seconds(60);
  expect(world.operator.runtime.room.held.get("mallory")).toBeLessThan(300 * 4096);
});

const Statement = Array.from({ length: 60 }, (_, at) => ({
  Effect: "Allow",
  Action: ["s3:GetObject"],
  Resource: `arn:aws:s3:::bucket-${at}-${"x".repeat(60)}/*`,
}));
const inlinePolicies = { read: JSON.stringify({ Version: "2012-10-17", Statement }) };
const mayInline = { annotations: { "awsbatch.dev/allow-inline-policies": "true" } };
const withRole = [jobDefinition("large", { iam: { jobRole: { inlinePolicies } } })];
const withBatchRole = [role("large", { inlinePolicies }), jobDefinition("large", { jobRoleRef: { name: "large" } })];

describe.each([
  ["a role of its own", withRole],
  ["a BatchRole", withBatchRole],
])("a definition with %s, of which the cache keeps a stub", (_role, manifests) => {
  test.each([{ jobDefinition: "team_large", jobDefinitionRef: undefined }, { jobDefinitionRef: { name: "large" } }])(
    "gives the role to jobs as long as its namespace may have it: %j",
    async (named) => {
      const world = await aPlace({ roomLimits: noRoom, permissions: { inlinePolicies: true } });
      world.store.setNamespace("team", mayInline);
      world.apply(...manifests);
      await world.untilReady();
      world.apply(batchJob("first", named));
      await world.until("it is complete", isTrue(world, "first", "Complete"));
      world.store.setNamespace("team", {});
      await world.seconds(60);
      world.apply(batchJob("second", named));
      await world.seconds(120);
      expect(world.condition("BatchJob", "second", "Stalled")?.reason).toBe("NotAllowed");
    },
  );
});
