import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindOf } from "../../../src/api/v1alpha1/kinds.ts";
import { describedBody } from "../../../src/simulator/job-definition-form.ts";
import { type ImportedKind, importedKinds, type Members } from "../../../src/tools/import/kinds.ts";
import { specOf } from "../../../src/tools/import/spec.ts";
import { crds } from "../../../src/tools/manifests.ts";
import { readBatch } from "../../../src/tools/plan/copy/batch.ts";
import { objectFindings, schemaOf } from "../../../src/tools/validation/object.ts";
import { celExamples } from "../../api/cel-examples/index.ts";
import { anyRequest } from "../../controllers/kinds/job-definition/bodies.ts";
import { account, ec2, fargate } from "../../simulator/account.ts";

function importing(name: string): ImportedKind {
  const found = importedKinds.find(({ kind }) => kind.kind === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function crd(name: string) {
  const found = crds.find(({ spec }) => spec.names.kind === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function described(name: string, record: object): Members {
  const schema = schemaOf(crd(name)).properties?.["spec"];
  if (schema === undefined) throw new Error(`${name} has no spec`);
  return specOf(record as Members, importing(name), schema);
}

const definition = (request: object): Members => described("JobDefinition", describedBody(request as never));

describe("the spec of a job definition", () => {
  test("is what AWS has, and comes back from AWS as it is, whatever body it has", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const spec = definition(request);
        expect(importing("JobDefinition").matcher(describedBody(request) as unknown as Members)(spec)).toBe(true);
        expect(JSON.stringify(definition(spec))).toBe(JSON.stringify(spec));
      }),
      { numRuns: 100 },
    );
  });

  // Roles and references are the operator's own: AWS describes neither.
  const isAws = (accepted: Members): boolean => !/"(iam|consumableResourceRef)":/.test(JSON.stringify(accepted));
  const valid = celExamples.filter(({ kind, accepted }) => kind === "JobDefinition" && isAws(accepted));
  test.each(valid.map(({ accepted, message }) => [message, accepted]))("can be applied: %s", (_message, accepted) => {
    const spec = definition(accepted);
    const metadata = { name: "d", namespace: "team" };
    const object = { apiVersion: "awsbatch.dev/v1alpha1", kind: "JobDefinition", metadata, spec };
    expect(objectFindings(crd("JobDefinition"), object)).toEqual([]);
  });

  test("has none of AWS's defaults", () => {
    const containerProperties = {
      image: "busybox",
      command: [],
      privileged: false,
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "512" },
      ],
      environment: [
        { name: "B", value: "1" },
        { name: "A", value: "2" },
      ],
      fargatePlatformConfiguration: { platformVersion: "LATEST" },
    };
    const retryStrategy = { attempts: 2, evaluateOnExit: [{ action: "EXIT", onExitCode: "1" }] };
    const request = { type: "container", propagateTags: false, parameters: {}, retryStrategy, containerProperties };
    expect(definition(request)).toEqual({
      type: "container",
      retryStrategy,
      containerProperties: {
        image: "busybox",
        resourceRequirements: [
          { type: "MEMORY", value: "512" },
          { type: "VCPU", value: "1" },
        ],
        environment: [
          { name: "A", value: "2" },
          { name: "B", value: "1" },
        ],
      },
    });
  });
});

describe("the spec of an environment", () => {
  async function environment(request: object, state?: "DISABLED"): Promise<Members> {
    const { aws, clock } = account();
    await aws.outside.createComputeEnvironment(request as never);
    await clock.advance(60_000);
    if (state !== undefined) await aws.outside.updateComputeEnvironment({ computeEnvironment: "ce", state });
    await clock.advance(60_000);
    const { computeEnvironments: environments } = await readBatch(
      aws.batch,
      { ...aws, partition: "aws" },
      new AbortController().signal,
    );
    return described("BatchComputeEnvironment", environments[0] ?? {});
  }

  test("has none of AWS's defaults, and not what AWS decides", async () => {
    const given = ec2("ce", {
      bidPercentage: 100,
      scalingPolicy: { minScaleDownDelayMinutes: 0 },
      launchTemplate: { launchTemplateId: "lt-1", version: "$Default" },
      tags: {},
    });
    expect(await environment({ ...given, state: "ENABLED" })).toEqual({
      type: "MANAGED",
      computeResources: {
        type: "EC2",
        allocationStrategy: "BEST_FIT_PROGRESSIVE",
        maxvCpus: 16,
        instanceTypes: ["m5"],
        subnets: ["subnet-1"],
        securityGroupIds: ["sg-1"],
        instanceRole: "ecsInstanceRole",
        launchTemplate: { launchTemplateId: "lt-1" },
      },
    });
  });

  test("names every launch template, though the operator compares only those that a spec names", async () => {
    const overrides = [
      { launchTemplateName: "large", targetInstanceTypes: ["m5.large"] },
      { launchTemplateId: "lt-2", version: "3", targetInstanceTypes: ["m5.xlarge"] },
    ];
    for (const launchTemplate of [{ overrides }, { launchTemplateName: "jobs", overrides }]) {
      expect(await environment(ec2("ce", { launchTemplate }))).toMatchObject({ computeResources: { launchTemplate } });
    }
  });

  test("says what is not a default", async () => {
    const given = ec2("ce", {
      minvCpus: 4,
      instanceTypes: ["p3.2xlarge"],
      ec2Configuration: [{ imageType: "ECS_AL2023", imageIdOverride: "ami-1" }],
      subnets: ["subnet-2", "subnet-1"],
    });
    const serviceRole = "arn:aws:iam::123456789012:role/batch-a";
    const spec = await environment({ ...given, serviceRole }, "DISABLED");
    expect(spec).toMatchObject({
      state: "DISABLED",
      serviceRole,
      computeResources: {
        minvCpus: 4,
        ec2Configuration: [{ imageType: "ECS_AL2023", imageIdOverride: "ami-1" }],
        subnets: ["subnet-1", "subnet-2"],
      },
    });
  });

  test("keeps the security groups of Fargate, of which an update says nothing", async () => {
    expect(await environment(fargate("ce"))).toMatchObject({ computeResources: { securityGroupIds: ["sg-1"] } });
  });
});

test("every kind with a resource of AWS Batch is imported but jobs, which run once", () => {
  expect(importedKinds.map(({ kind }) => kind.kind).toSorted()).toEqual(
    crds
      .map(({ spec }) => spec.names.kind)
      .filter((kind) => kind !== "BatchJob" && !["BatchRole", "BatchNetwork"].includes(kind))
      .toSorted(),
  );
  expect(importedKinds.every(({ kind }) => kindOf(kind.kind) === kind)).toBe(true);
});
