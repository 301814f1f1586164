import { describe, expect, it } from "vitest";
import { JobDefinitionKind } from "../../src/api/v1alpha1/kinds.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const stalled = (world: World): string | undefined =>
  world.condition("BatchComputeEnvironment", "ce", "Stalled")?.reason;
const limited = (text: string) => ({ annotations: { "awsbatch.dev/allowed-resources": text } });
const { subnets = [], securityGroupIds = [] } = ec2.computeResources ?? {};
const own = [...subnets.map((id) => `subnet/${id}`), ...securityGroupIds.map((id) => `security-group/${id}`)].join();

describe("which networks a namespace may use", () => {
  it("is what its annotation says: nothing is created before, and what exists stays afterwards", async () => {
    const world = await aWorld();
    world.store.setNamespace("team", limited("subnet/*"));
    world.apply(computeEnvironment("ce", ec2));
    await world.until("it is refused", () => stalled(world) === "NotAllowed", 60);
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")?.message).toMatch(
      /^spec\.computeResources\.securityGroupIds: security-group\/\S+ is not allowed in this namespace/,
    );
    await world.seconds(300);
    expect(world.writes()).toEqual([]);
    world.store.setNamespace("team", limited(own));
    world.apply(jobQueue("q", ["ce"]));
    await world.untilReady(120);
    const before = world.writes().length;
    world.store.setNamespace("team", limited(""));
    await world.until("it is refused again", () => stalled(world) === "NotAllowed", 60);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
    await world.seconds(300);
    expect(world.writes().slice(before)).toEqual([]);
    world.delete("JobQueue", "q");
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone();
    expect(world.aws.truth.computeEnvironments().map(({ status }) => status)).toEqual(["DELETED"]);
  });
});

it("a value of the spec that AWS's refusal repeats reaches no condition, no event and no log", async () => {
  const world = await aWorld();
  const secret = "postgres://app:hunter22@db";
  const text = `Error executing request, Exception : DB_URL=${secret}\u001b[2J is not valid`;
  const fault = { kind: "refuse", exception: "ClientException", message: text, httpStatusCode: 400 } as const;
  world.aws.faults.add({ fault, on: "RegisterJobDefinition", forMs: 60_000 });
  const { containerProperties } = jobDefinition("hello").spec as { containerProperties: object };
  const environment = [{ name: "DB_URL", value: secret }];
  world.apply(jobDefinition("hello", { containerProperties: { ...containerProperties, environment } as never }));
  const ready = () => world.condition("JobDefinition", "hello", "Ready");
  await world.until("it is refused", () => ready()?.reason === "InvalidRequest", 60);
  expect(ready()?.message).toContain("DB_URL=(left out)\\u001b[2J is not valid");
  const status = world.store.objects(JobDefinitionKind).map((object) => object.status);
  const reported = JSON.stringify([world.store.events(), status, world.log.lines]);
  expect(reported).not.toContain("hunter22");
});
