import { describe, expect, it } from "vitest";
import type { AccountNetwork } from "../../../src/simulator/ec2-network.ts";
import { type Account, account, containerJob, ec2, environment, fargate, queue } from "../account.ts";
import { agentEndpoints, threeSubnets } from "../networks.ts";

async function jobIn(
  subnet: string,
  networks: readonly AccountNetwork[],
  image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1",
): Promise<Account & { status(): string | undefined; reason(): string | undefined }> {
  const world = account();
  const { aws, clock } = world;
  for (const network of networks) aws.outside.describeNetwork(network);
  await aws.outside.createComputeEnvironment(ec2("ce", { subnets: [subnet], securityGroupIds: ["sg-1"] }));
  await clock.advance(60_000);
  await aws.outside.createJobQueue(queue("q", "ce"));
  await clock.advance(10_000);
  const job = containerJob("job");
  await aws.outside.registerJobDefinition({
    ...job,
    containerProperties: { ...job.containerProperties, image },
  });
  aws.outside.submitPlannedJob(
    { jobName: "job", jobQueue: "q", jobDefinition: "job" },
    { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
  );
  await clock.advance(5 * 60_000);
  const one = () => aws.truth.jobs()[0];
  return { ...world, status: () => one()?.status, reason: () => one()?.attempts[0]?.reason };
}

const elsewhere: AccountNetwork = {
  ...threeSubnets,
  subnets: (threeSubnets.subnets ?? []).map((subnet) => ({ ...subnet, mapPublicIps: false })),
};
const noEgress: AccountNetwork = {
  securityGroups: [{ id: "sg-1", vpc: "vpc-1", egress: [{ protocol: "tcp", ports: 80, peer: "0.0.0.0/0" }] }],
};
const onlyRequests: AccountNetwork = {
  networkAcls: [
    {
      id: "acl-1",
      vpc: "vpc-1",
      subnets: ["subnet-public"],
      egress: [{ rule: 100, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" }],
      ingress: [{ rule: 100, action: "allow", protocol: "tcp", ports: 443, cidr: "0.0.0.0/0" }],
    },
  ],
};
const natInClosed: AccountNetwork = { natGateways: [{ id: "nat-1", subnet: "subnet-closed" }] };
const s3Gateway: AccountNetwork = {
  vpcEndpoints: [
    { id: "vpce-s3", vpc: "vpc-1", service: "s3", type: "Gateway", routeTables: ["rtb-main"] },
    ...["ecr.api", "ecr.dkr"].map((service) => ({
      id: `vpce-${service}`,
      vpc: "vpc-1",
      service,
      subnets: ["subnet-closed"],
      securityGroups: ["sg-endpoints"],
    })),
  ],
};

describe("an instance", () => {
  it.each<[string, string, readonly AccountNetwork[]]>([
    ["in a public subnet", "subnet-public", [threeSubnets]],
    ["behind a NAT gateway", "subnet-nat", [threeSubnets]],
    ["next to the endpoints", "subnet-closed", [threeSubnets, agentEndpoints(), s3Gateway]],
    ["in another subnet of a VPC with the endpoints", "subnet-closed-b", [threeSubnets, agentEndpoints(), s3Gateway]],
  ])("%s joins its cluster and runs jobs", async (_where, subnet, networks) => {
    expect((await jobIn(subnet, networks)).status()).toBe("RUNNING");
  });

  it.each<[string, string, readonly AccountNetwork[]]>([
    ["without any way out", "subnet-closed", [threeSubnets]],
    ["in a public subnet that gives no public addresses", "subnet-public", [elsewhere]],
    ["whose group lets only port 80 out", "subnet-nat", [threeSubnets, noEgress]],
    ["behind a network ACL that stops the answers", "subnet-public", [threeSubnets, onlyRequests]],
    ["behind a NAT gateway in a private subnet", "subnet-nat", [threeSubnets, natInClosed]],
    ["next to endpoints that are pending", "subnet-closed", [threeSubnets, agentEndpoints({ state: "pending" })]],
    ["next to endpoints without private DNS", "subnet-closed", [threeSubnets, agentEndpoints({ privateDns: false })]],
    [
      "next to endpoints whose group allows no traffic",
      "subnet-nat",
      [
        threeSubnets,
        agentEndpoints({ securityGroups: ["sg-vpc"] }),
        { securityGroups: [{ id: "sg-vpc", vpc: "vpc-1" }] },
      ],
    ],
    [
      "in a VPC without DNS",
      "subnet-public",
      [{ ...threeSubnets, vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16", dnsSupport: false }] }],
    ],
    [
      "in a subnet that is full",
      "subnet-public",
      [
        threeSubnets,
        { subnets: [{ id: "subnet-public", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.0.0/24", freeAddresses: 0 }] },
      ],
    ],
  ])("%s never joins, and jobs stay RUNNABLE", async (_where, subnet, networks) => {
    const world = await jobIn(subnet, networks);
    expect(world.status()).toBe("RUNNABLE");
    expect(environment(world, "ce")).toMatchObject({ status: "VALID", computeResources: { desiredvCpus: 1 } });
  });

  it("that never joins makes its environment INVALID, with AWS's words, until the way is open and AWS is asked", async () => {
    const world = await jobIn("subnet-closed", [threeSubnets]);
    const { aws, clock } = world;
    await clock.advance(30 * 60_000);
    expect(environment(world, "ce")).toMatchObject({ status: "INVALID", computeResources: { desiredvCpus: 0 } });
    expect(environment(world, "ce").statusReason).toMatch(
      /^Your compute environment has been INVALIDATED and scaled down because none of the instances joined/,
    );
    expect(world.status()).toBe("RUNNABLE");
    aws.outside.describeNetwork(agentEndpoints());
    aws.outside.describeNetwork(s3Gateway);
    await aws.outside.updateComputeEnvironment({ computeEnvironment: "ce", computeResources: { maxvCpus: 16 } });
    await clock.advance(5 * 60_000);
    expect(environment(world, "ce").status).toBe("VALID");
    expect(world.status()).toBe("RUNNING");
  });

  it("that joins late runs what has waited for it", async () => {
    const world = await jobIn("subnet-closed", [threeSubnets]);
    world.aws.outside.describeNetwork(agentEndpoints());
    world.aws.outside.describeNetwork(s3Gateway);
    await world.clock.advance(30_000);
    expect(world.status()).toBe("RUNNING");
  });

  it.each([
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1", "subnet-closed"],
    ["busybox", "subnet-closed"],
  ])("that has joined cannot pull %s without a way to it", async (image, subnet) => {
    const world = await jobIn(subnet, [threeSubnets, agentEndpoints()], image);
    expect(world.status()).toBe("FAILED");
    expect(world.reason()).toMatch(/^CannotPullContainerError: /);
  });
});

describe("a Fargate task", () => {
  it("in a public subnet needs a public address to pull its image", async () => {
    const { aws, clock } = account();
    aws.outside.describeNetwork(threeSubnets);
    await aws.outside.createComputeEnvironment(fargate("ce", { subnets: ["subnet-public"] }));
    await clock.advance(5_000);
    await aws.outside.createJobQueue(queue("q", "ce"));
    await clock.advance(10_000);
    for (const assignPublicIp of ["ENABLED", "DISABLED"] as const) {
      await aws.outside.registerJobDefinition({
        jobDefinitionName: assignPublicIp,
        type: "container",
        platformCapabilities: ["FARGATE"],
        containerProperties: {
          image: "busybox",
          executionRoleArn: "arn:aws:iam::123456789012:role/execution",
          networkConfiguration: { assignPublicIp },
          resourceRequirements: [
            { type: "VCPU", value: "1" },
            { type: "MEMORY", value: "2048" },
          ],
        },
      });
      await aws.outside.submitJob({ jobName: assignPublicIp, jobQueue: "q", jobDefinition: assignPublicIp });
    }
    await clock.advance(10 * 60_000);
    expect(aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED", "FAILED"]);
  });
});
