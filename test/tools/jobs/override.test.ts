import { describe, expect, test } from "vitest";
import type { DefinitionRevision } from "../../../src/aws/batch.ts";
import { activeRevision, containerOverride } from "../../../src/tools/jobs/override.ts";
import { account, containerJob } from "../../simulator/account.ts";

const definition = (body: Partial<DefinitionRevision>): DefinitionRevision => ({
  jobDefinitionName: "jd",
  jobDefinitionArn: "arn",
  revision: 1,
  type: "container",
  ...body,
});
const command = ["echo", "a"];

describe("another command goes into the override of the definition's body", () => {
  test.each<[string, Partial<DefinitionRevision>, object]>([
    ["a container", { containerProperties: { image: "i" } }, { containerOverrides: { command } }],
    [
      "a task",
      { ecsProperties: { taskProperties: [{ containers: [{ image: "i", name: "main" }] }] } },
      { ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: "main", command }] }] } },
    ],
    [
      "a pod",
      { eksProperties: { podProperties: { containers: [{ image: "i", name: "main" }] } } },
      { eksPropertiesOverride: { podProperties: { containers: [{ name: "main", command }] } } },
    ],
  ])("%s", (_case, body, override) => {
    expect(containerOverride(definition(body), { command })).toEqual(override);
  });

  test.each<[string, Partial<DefinitionRevision>]>([
    ["containers", { ecsProperties: { taskProperties: [{ containers: [{ image: "i" }, { image: "j" }] }] } }],
    ["containers", { eksProperties: { podProperties: { containers: [{ image: "i" }, { image: "j" }] } } }],
    ["nodes", { nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties: [] } }],
  ])("not with several %s", (what, body) => {
    expect(() => containerOverride(definition(body), { command })).toThrow(
      `jd has several ${what}, so the command line does not say`,
    );
  });
});

test("in a pod environment, vCPUs and memory are named as Kubernetes names them", () => {
  const body = { eksProperties: { podProperties: { containers: [{ image: "i", name: "main" }] } } };
  const environment = [{ name: "A", value: "b" }];
  const resourceRequirements = [
    { type: "VCPU" as const, value: "2" },
    { type: "MEMORY" as const, value: "512" },
  ];
  const amounts = { cpu: "2", memory: "512Mi" };
  expect(containerOverride(definition(body), { environment, resourceRequirements })).toEqual({
    eksPropertiesOverride: {
      podProperties: {
        containers: [{ name: "main", env: environment, resources: { limits: amounts, requests: amounts } }],
      },
    },
  });
});

test("the revision is the newest ACTIVE one of a name, over all pages, or the one that is named", async () => {
  const { aws } = account({ pageSize: 1 });
  for (let revision = 1; revision <= 3; revision++) await aws.outside.registerJobDefinition(containerJob("jd"));
  await aws.outside.deregisterJobDefinition({ jobDefinition: "jd:3" });
  const { signal } = new AbortController();
  const revisionOf = async (named: string) => (await activeRevision(aws.batch, named, signal)).revision;
  expect([await revisionOf("jd"), await revisionOf("jd:1")]).toEqual([2, 1]);
  await expect(revisionOf("jd:3")).rejects.toThrow("there is no ACTIVE job definition jd:3 in this region");
});
