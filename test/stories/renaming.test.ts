import { expect, it } from "vitest";
import { retainedFromTag } from "../../src/controllers/ownership/ownership.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import { aWorld } from "./story.ts";

it("objects get other names, and AWS keeps the environment, the queue and the revision, as docs/renaming.md says", async () => {
  const world = await aWorld({ flags: { adoptableNames: ["team/*"] } });
  const retained = { deletionPolicy: "Retain" } as const;
  world.apply(
    computeEnvironment("old-ce", { ...ec2, ...retained }),
    jobQueue("old-q", ["old-ce"], retained),
    jobDefinition("old-jd", retained),
  );
  await world.untilReady();
  const { truth, outside } = world.aws;
  const [environment] = truth.computeEnvironments();
  const before = [truth.computeEnvironments().length, truth.jobQueues().length, truth.jobDefinitions().length];
  for (const [kind, name] of [
    ["JobQueue", "old-q"],
    ["BatchComputeEnvironment", "old-ce"],
    ["JobDefinition", "old-jd"],
  ] as const) {
    world.delete(kind, name);
  }
  await world.untilGone();
  const adopts = { adoptionPolicy: "IfMatching" } as const;
  world.apply(
    computeEnvironment("new-ce", {
      ...ec2,
      ...adopts,
      computeEnvironmentName: environment?.computeEnvironmentName ?? "",
    }),
    jobQueue("new-q", ["new-ce"], { ...adopts, jobQueueName: "team_old-q" }),
    jobDefinition("new-jd", { ...adopts, jobDefinitionName: "team_old-jd" }),
  );
  const ready = () => world.condition("JobQueue", "new-q", "Ready");
  await world.until("the mark is found", () => ready()?.reason === "Conflict");
  expect(ready()?.message).toContain("team/old-q");
  const kept = [
    ...truth.computeEnvironments().map((one) => one.computeEnvironmentArn),
    ...truth.jobQueues().map((one) => one.jobQueueArn),
    ...truth.jobDefinitions().map((one) => one.jobDefinitionArn),
  ];
  for (const resourceArn of kept) await outside.untagResource({ resourceArn, tagKeys: [retainedFromTag] });
  await world.untilReady();
  const after = [truth.computeEnvironments().length, truth.jobQueues().length, truth.jobDefinitions().length];
  expect(after).toEqual(before);
});
