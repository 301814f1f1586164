import { BatchNetworkKind } from "../../../src/api/v1alpha1/kinds.ts";
import {
  clusterTag,
  clusterUidTag,
  namespaceTag,
  nameTag,
  ownerTags,
  purposeTag,
  retainedFromTag,
} from "../../../src/controllers/ownership/ownership.ts";
import { tagsOf } from "../../../src/simulator/ec2-state.ts";
import type { Chance } from "../generate/chance.ts";
import { closedSubnets } from "../generate/network.ts";
import type { Simulation } from "../world.ts";
import { bystanders } from "./tenants.ts";

/** Somebody who may write tags in AWS, and nothing else; and what is marked by them. */

/** Endpoints of others, which serve subnets of the victims, and their group. */
export async function makeForeignEndpoints({ aws }: Simulation): Promise<void> {
  const { ec2 } = aws.outside;
  const { GroupId = "" } = await ec2.createSecurityGroup({
    GroupName: bystanders.group,
    Description: "of others",
    VpcId: "vpc-1",
  });
  const name = (service: string): string => `com.amazonaws.eu-west-1.${service}`;
  await ec2.createVpcEndpoint({
    VpcId: "vpc-1",
    VpcEndpointType: "Interface",
    ServiceName: name("ssm"),
    SubnetIds: closedSubnets.slice(0, 1),
    SecurityGroupIds: [GroupId],
  });
  await ec2.createVpcEndpoint({
    VpcId: "vpc-1",
    VpcEndpointType: "Gateway",
    ServiceName: name("s3"),
    RouteTableIds: ["rtb-nat"],
  });
}

/** Marks something of a bystander as that of an object, of the cluster, or as left by Retain; or takes the marks off. */
export async function writeTags(world: Simulation, chance: Chance): Promise<void> {
  const { aws, store, cluster } = world;
  const objects = store.objects();
  const { namespace, name, uid } = objects.length === 0 ? nobody : chance.of(objects).metadata;
  const owner = ownerTags({ cluster, namespace, name, uid });
  const left = { [retainedFromTag]: `${cluster.name}/${namespace}/${name}` };
  const networks = store.objects(BatchNetworkKind);
  const network = networks.length === 0 ? nobody : chance.of(networks).metadata;
  const ofCluster = { [clusterTag]: cluster.name, [clusterUidTag]: cluster.uid, [purposeTag]: "vpc-endpoints" };
  const ids = foreignInNetwork(world);
  if (ids.length > 0 && chance.is(0.5)) {
    const ofNetwork = { ...ofCluster, [namespaceTag]: network.namespace, [nameTag]: network.name };
    const leftByNetwork = { [retainedFromTag]: `${cluster.name}/${network.namespace}/${network.name}` };
    const tags = chance.of<Readonly<Record<string, string>>>([ofCluster, ofNetwork, leftByNetwork, owner]);
    world.disturb("tag writer", `marks ${ids.join(", ")} ${JSON.stringify(tags)}`);
    await aws.outside.ec2.createTags({
      Resources: [...ids],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
    return;
  }
  const environment = aws.truth
    .computeEnvironments()
    .find((one) => one.computeEnvironmentName === bystanders.environment);
  const queue = aws.truth.jobQueues().find((one) => one.jobQueueName === bystanders.queue);
  const arns = [environment?.computeEnvironmentArn, queue?.jobQueueArn].filter((arn) => arn !== undefined);
  if (arns.length === 0) return;
  const resourceArn = chance.of(arns);
  const keys = [...Object.keys(owner), retainedFromTag];
  if (chance.is(0.2)) {
    world.disturb("tag writer", `takes the marks of ${resourceArn} off`);
    await aws.outside.untagResource({ resourceArn, tagKeys: keys });
    return;
  }
  const tags = chance.of([owner, owner, left]);
  world.disturb("tag writer", `marks ${resourceArn} ${JSON.stringify(tags)}`);
  await aws.outside.tagResource({ resourceArn, tags });
}

const nobody = { namespace: "prod", name: "gone", uid: "gone" };

/** Endpoints and groups that neither the operator nor the account's network made. */
export function foreignInNetwork({ aws }: Pick<Simulation, "aws">): readonly string[] {
  const groups = aws.truth.securityGroups().filter(({ GroupName }) => GroupName === bystanders.group);
  const ids = groups.map(({ GroupId = "" }) => GroupId);
  const endpoints = aws.truth.vpcEndpoints().filter(({ Groups = [], ServiceName = "", RouteTableIds = [], Tags }) => {
    const isOperators = tagsOf(Tags)["Name"]?.startsWith("aws-batch-operator ") === true;
    const isTheirs = Groups.some(({ GroupId = "" }) => ids.includes(GroupId)) || RouteTableIds.includes("rtb-nat");
    return !isOperators && isTheirs && ServiceName !== "";
  });
  return [...ids, ...endpoints.map(({ VpcEndpointId = "" }) => VpcEndpointId)];
}
