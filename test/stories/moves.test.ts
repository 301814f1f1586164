import { describe, expect, it } from "vitest";
import type { BatchNetworkSpec } from "../../src/api/v1alpha1/batch-network.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { type computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, needing, networkWithEndpoints, within } from "./closed-world.ts";

type Spec = Parameters<typeof computeEnvironment>[1];

const instances: Spec = { ...ec2, updatePolicy: {} };
const tasks: Spec = { type: "MANAGED", computeResources: { type: "FARGATE", maxvCpus: 16 } };

function at(subnet: string, spec: Partial<BatchNetworkSpec>): Manifest {
  return networkWithEndpoints("ce", [subnet], { vpcEndpoints: undefined, ...spec });
}

function job(spec: Spec): Manifest {
  const onFargate = spec.computeResources?.type === "FARGATE";
  return jobDefinition("job", {
    platformCapabilities: [onFargate ? "FARGATE" : "EC2"],
    containerProperties: {
      image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1",
      command: ["x"],
      ...(onFargate ? { executionRoleArn: "arn:aws:iam::123456789012:role/exec" } : {}),
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "2048" },
      ],
    },
  });
}

const statusOf = ({ aws }: World): string | undefined => aws.truth.jobs()[0]?.status;

async function running(world: World, minutes: number): Promise<void> {
  await world.untilReady(900);
  const desired = { jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" };
  world.aws.outside.submitPlannedJob(desired, { durationMs: minutes * 60_000, exitCode: 0 });
  await world.until("the job runs", () => statusOf(world) === "RUNNING", 900);
}

describe("an environment whose network moves it elsewhere, and could be moved in place,", () => {
  const asking = needing("ecs", "ecr", "logs");
  const ofTasks = needing("ecr", "logs");

  it.each<[string, Spec, Partial<BatchNetworkSpec>, boolean]>([
    ["instances, by endpoints that the network goes on asking for", instances, asking, true],
    ["instances, by endpoints that the network asks for no more", instances, asking, false],
    ["tasks of Fargate, by endpoints that the network goes on asking for", tasks, ofTasks, true],
    ["tasks of Fargate, by endpoints that the network asks for no more", tasks, ofTasks, false],
  ])("keeps what runs there running: %s", async (_name, spec, asks, stay) => {
    const world = await closedWorld();
    world.apply(at("subnet-closed", asks), within("ce", "ce", spec), jobQueue("q", ["ce"]), job(spec));
    await running(world, 60);
    const before = await endpointsOf(world);
    world.apply(at("subnet-nat", stay ? asks : {}));
    await world.seconds(1800);
    expect([statusOf(world), await endpointsOf(world)]).toEqual(["RUNNING", before]);
    await world.seconds(3600);
    expect([statusOf(world), await endpointsOf(world)]).toEqual(["SUCCEEDED", stay ? before : []]);
    expect(world.violations).toEqual([]);
  });

  it("keeps the rules of the group that it gives up while instances have it", async () => {
    const groups = ["sg-1", "sg-db"].map((id) => ({ id, vpc: "vpc-1" }));
    const world = await closedWorld({ securityGroups: groups });
    const egress = [{ protocol: "tcp" as const, ports: "5432", peer: "sg-db" }];
    world.apply(at("subnet-nat", { securityGroup: { egress } }), within("ce", "ce", instances));
    world.apply(jobQueue("q", ["ce"]), job(instances));
    const { ec2: outside } = world.aws.outside;
    const made = async () =>
      ((await outside.describeSecurityGroups({})).SecurityGroups ?? []).find(({ GroupName = "" }) =>
        GroupName.startsWith("aws-batch-operator/"),
      );
    await running(world, 60);
    // As one does: otherwise the group goes without its rules having to be loosened before.
    await outside.authorizeSecurityGroupIngress({
      GroupId: "sg-db",
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: (await made())?.GroupId }] },
      ],
    });
    world.apply(at("subnet-nat", {}));
    await world.seconds(1800);
    expect(statusOf(world)).toBe("RUNNING");
    expect(JSON.stringify((await made())?.IpPermissionsEgress)).toContain("sg-db");
  });
});
