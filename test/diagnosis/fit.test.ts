import { describe, expect, it } from "vitest";
import { certainMemoryMib, knownInstanceTypes, smallestHolding, usualMemoryMib } from "../../src/aws/instance-types.ts";
import type { JobNeeds } from "../../src/aws/job-needs.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { misfit, tightMemory } from "../../src/diagnosis/fit.ts";
import { environment, facts, job, jobs, smallNeeds } from "./given.ts";

const resources = (...instanceTypes: string[]) => ({ type: "EC2" as const, maxvCpus: 256, subnets: [], instanceTypes });
const typeOf = (name: string) => {
  const [type] = knownInstanceTypes(name) ?? [];
  if (type === undefined) throw new Error(`${name} is not known`);
  return type;
};
const code = (name: string, needs: Partial<JobNeeds>): string | undefined =>
  misfit({ ...smallNeeds, ...needs }, "ce", { computeResources: resources(name) }, knownInstanceTypes)?.code;
const tight = (name: string, needs: Partial<JobNeeds>): string | undefined =>
  tightMemory({ ...smallNeeds, ...needs }, environment("ce", {}, resources(name)), knownInstanceTypes)?.code;

describe("a job fits an instance that has exactly what it asks for, and no smaller one", () => {
  it("of vCPUs", () => {
    const { vcpus } = typeOf("m5.xlarge");
    expect([code("m5.xlarge", { vcpus }), code("m5.xlarge", { vcpus: vcpus + 1 })]).toEqual([
      undefined,
      "NoInstanceTypeFits",
    ]);
  });

  it("of memory, less what no container gets", () => {
    const memoryMib = certainMemoryMib(typeOf("m5.xlarge"));
    expect([code("m5.xlarge", { memoryMib }), code("m5.xlarge", { memoryMib: memoryMib + 1 })]).toEqual([
      undefined,
      "NoInstanceTypeFits",
    ]);
  });

  it("of GPUs", () => {
    const { gpus } = typeOf("g4dn.12xlarge");
    expect(gpus).toBeGreaterThan(1);
    expect([code("g4dn.12xlarge", { gpus }), code("g4dn.12xlarge", { gpus: gpus + 1 })]).toEqual([
      undefined,
      "NoInstanceTypeFits",
    ]);
  });

  it("of all at once", () => {
    const { vcpus, gpus } = typeOf("g4dn.12xlarge");
    expect(
      code("g4dn.12xlarge", { vcpus, gpus, memoryMib: certainMemoryMib(typeOf("g4dn.12xlarge")) }),
    ).toBeUndefined();
  });
});

it("a job that needs all vCPUs of an environment has room in it", () => {
  const given = (vcpus: number) =>
    facts({ environments: [environment("ce", {}, { maxvCpus: 16 })], jobs: jobs(job({ vcpus }), { minutes: 1 }) });
  const codes = [16, 17].map((vcpus) => diagnose(given(vcpus), 0).cause?.code);
  expect(codes).toEqual(["ScalingUp", "MaxVcpusTooSmall"]);
});

it("memory is tight above what a container can rely on, and not at it", () => {
  const memoryMib = usualMemoryMib(typeOf("m5.xlarge"));
  expect([tight("m5.xlarge", { memoryMib }), tight("m5.xlarge", { memoryMib: memoryMib + 1 })]).toEqual([
    undefined,
    "MemoryTooTight",
  ]);
  const most = certainMemoryMib(typeOf("m5.xlarge"));
  expect([tight("m5.xlarge", { memoryMib: most }), tight("m5.xlarge", { memoryMib: most + 1 })]).toEqual([
    "MemoryTooTight",
    undefined,
  ]);
});

it("the type that is proposed holds just as much as is asked for, and one more makes it the next", () => {
  const type = typeOf("m6i.xlarge");
  const exactly = { vcpus: type.vcpus, memoryMib: usualMemoryMib(type), gpus: 0, architecture: undefined };
  expect(smallestHolding(exactly)?.name).toBe("m6i.xlarge");
  expect(smallestHolding({ ...exactly, memoryMib: exactly.memoryMib + 1 })?.name).toBe("r6i.xlarge");
  expect(smallestHolding({ ...exactly, vcpus: exactly.vcpus + 1 })?.name).toBe("c6i.2xlarge");
});

it("names the object that a person edits, where the tags of the environment name one", () => {
  const tags = { "awsbatch.dev/cluster": "c", "awsbatch.dev/namespace": "team", "awsbatch.dev/name": "good" };
  const environment = { computeResources: resources("m5.large"), tags };
  const fix = misfit({ ...smallNeeds, vcpus: 16 }, "team_good-25a02e43", environment, knownInstanceTypes)?.fix;
  expect(fix).toMatch(
    /to computeResources\.instanceTypes of BatchComputeEnvironment team\/good \(team_good-25a02e43\), or request less/,
  );
});
