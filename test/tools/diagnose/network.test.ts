import { describe, expect, it } from "vitest";
import type { Environment } from "../../../src/aws/batch.ts";
import type { NetworkRequest } from "../../../src/network/port.ts";
import { readNetwork } from "../../../src/tools/diagnose/network.ts";
import { job } from "../../diagnosis/given.ts";
import { misconfigurations } from "../../network/misconfigurations.ts";
import { type Case, natNetwork, region } from "../../network/networks.ts";

const bundles = new Set(["optimal", "default_x86_64", "default_arm64"]);

/** The environment in AWS whose network a case is about. */
function environmentOf({ described: { request, platform, instanceTypes } }: Case): Environment {
  return {
    computeEnvironmentName: "ce",
    computeEnvironmentArn: "arn:aws:batch:eu-west-1:123456789012:compute-environment/ce",
    containerOrchestrationType: platform === "eks" ? "EKS" : "ECS",
    computeResources: {
      type: platform === "fargate" ? "FARGATE" : "EC2",
      maxvCpus: 8,
      subnets: [...request.subnetIds],
      securityGroupIds: [...request.securityGroupIds],
      instanceTypes: [...new Set([...request.instanceTypes, ...instanceTypes.filter((one) => bundles.has(one))])],
      instanceRole: request.instanceProfile,
      ec2KeyPair: request.keyPairs[0],
      placementGroup: request.placementGroups[0],
      ec2Configuration: request.imageIds.map((imageIdOverride) => ({ imageType: "ECS_AL2023", imageIdOverride })),
      launchTemplate: request.launchTemplates.map(({ by, reference, version }) => ({
        [by === "id" ? "launchTemplateId" : "launchTemplateName"]: reference,
        version,
      }))[0],
    },
  };
}

async function readOf(given: Case) {
  const asked: { readonly request: NetworkRequest; readonly maxAgeMs: number }[] = [];
  const network = {
    async of(request: NetworkRequest, { maxAgeMs }: { readonly maxAgeMs: number }) {
      asked.push({ request, maxAgeMs });
      return given.facts;
    },
  };
  const [work] = given.workload.jobs;
  const first = work === undefined ? undefined : job(work);
  const found = await readNetwork(environmentOf(given), first, {
    network,
    region,
    signal: new AbortController().signal,
  });
  return { found, asked };
}

describe("the network in a diagnosis", () => {
  it("is reached, and its paths are drawn", async () => {
    const { found } = await readOf(natNetwork());
    expect(found?.fact).toEqual({ state: "Reachable", sentence: "", fix: "" });
    expect(found?.others).toEqual([]);
    expect(found?.picture.join("\n")).toMatch(/subnet-a .*ecs-agent[\s\S]*nat-1[\s\S]*reached/);
  });

  it("is asked for with all that the environment refers to, as it is now", async () => {
    const given = natNetwork();
    const { asked } = await readOf(given);
    expect(asked).toEqual([{ request: given.described.request, maxAgeMs: 0 }]);
  });

  it("is unknown of an environment without resources", async () => {
    const { computeResources: _none, ...unmanaged } = environmentOf(natNetwork());
    const network = { of: () => Promise.reject(new Error("nobody asks")) };
    const signal = new AbortController().signal;
    expect(await readNetwork(unmanaged, undefined, { network, region, signal })).toBeUndefined();
  });

  it.each(misconfigurations)("explains: $name", async ({ given }) => {
    const { found } = await readOf(given);
    const reported = [...(found?.fact.state === "Reachable" ? [] : [found?.fact]), ...(found?.others ?? [])];
    expect(reported).not.toEqual([]);
    for (const one of reported) {
      expect(one?.sentence).not.toMatch(/^$|undefined|\.$/);
      expect(one?.fix).not.toMatch(/^$|undefined|\.$/);
    }
  });
});
