/** Environments with a network that is not ready, to count the calls of EC2 and IAM. */

import { ec2Calls } from "../src/aws/ec2-calls.ts";
import { iamCalls } from "../src/aws/iam-calls.ts";
import type { Manifest } from "../src/kube/memory-store.ts";
import { VirtualClock } from "../src/runtime/clock.ts";
import { seededRandom } from "../src/runtime/random.ts";
import { createSimulatedAws, type SimulatedAws } from "../src/simulator/simulated-aws.ts";
import { computeEnvironment, ec2 } from "./manifests.ts";
import { trustOf } from "./simulator/account.ts";
import { createWorld, type World } from "./world.ts";

const region = "us-east-1";

/** Calls of EC2 and IAM while nothing changes. */
export interface Counted {
  /** Until the network of each environment is known. */
  readonly cold: number;
  /** A minute, in the first ten minutes after that. */
  readonly first: number;
  /** A minute, in the half hour that follows. */
  readonly later: number;
  /** In the minute with the most, of all that came after `cold`. */
  readonly worst: number;
  /** To be stopped. */
  readonly world: World;
}

export async function countUnready(environments: number, vpcs: number): Promise<Counted> {
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
  const made = unreadyNetworks(aws, environments, vpcs);
  await clock.advance(60_000);
  const world = await createWorld({ clock, aws, region });
  world.apply(...(await made));
  const isKnown = (name: string): boolean =>
    world.condition("BatchComputeEnvironment", name, "NetworkReady")?.status === "False";
  const all = (): boolean => world.store.objects().every(({ metadata }) => isKnown(metadata.name));
  await world.until("no network is ready", all, 600);
  const cold = networkCalls(aws);
  const minutes: number[] = [];
  for (let minute = 0; minute < 40; minute++) {
    const before = networkCalls(aws);
    await world.seconds(60);
    minutes.push(networkCalls(aws) - before);
  }
  return {
    cold,
    first: mean(minutes.slice(0, 10)),
    later: mean(minutes.slice(10)),
    worst: Math.max(...minutes),
    world,
  };
}

/**
 * VPCs without any way out, and environments in them by turns, each with an instance profile and a role of its own.
 * `Enforce` holds them back, so that more than AWS's 50 of them may wait at once.
 */
async function unreadyNetworks(aws: SimulatedAws, environments: number, vpcs: number): Promise<readonly Manifest[]> {
  const { iam } = aws.outside;
  const each = range(vpcs);
  aws.outside.describeNetwork({
    vpcs: each.map((at) => ({ id: `vpc-${at}`, cidr: `10.${at}.0.0/16` })),
    subnets: each.map((at) => ({ id: `subnet-${at}`, vpc: `vpc-${at}`, zone: `${region}a`, cidr: `10.${at}.0.0/24` })),
    routeTables: each.map((at) => ({ id: `rtb-${at}`, vpc: `vpc-${at}`, main: true })),
    securityGroups: each.map((at) => ({ id: `sg-${at}`, vpc: `vpc-${at}` })),
  });
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
  for (const at of range(environments)) {
    const name = `instances-${at}`;
    await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: trustOf("ec2.amazonaws.com") });
    await iam.attachRolePolicy({ RoleName: name, PolicyArn });
    await iam.createInstanceProfile({ InstanceProfileName: name });
    await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
  }
  const { computeResources: resources = { type: "EC2", maxvCpus: 1, subnets: [] }, ...spec } = ec2;
  return range(environments).map((at) =>
    computeEnvironment(`ce-${at}`, {
      ...spec,
      network: { preflight: "Enforce" },
      computeResources: {
        ...resources,
        subnets: [`subnet-${at % vpcs}`],
        securityGroupIds: [`sg-${at % vpcs}`],
        instanceRole: `instances-${at}`,
      },
    }),
  );
}

const operations = new Set(
  [...Object.keys(ec2Calls), ...Object.keys(iamCalls)].map((name) => name.charAt(0).toUpperCase() + name.slice(1)),
);

/** How many calls the operator has made of EC2 and IAM. */
function networkCalls({ log }: SimulatedAws): number {
  return log.filter(({ by, operation }) => by === "operator" && operations.has(operation)).length;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
