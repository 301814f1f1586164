import { expect, it } from "vitest";
import { guardedEc2 } from "../../../../src/aws/ec2-calls.ts";
import { createEc2Region } from "../../../../src/aws/ec2-region.ts";
import { newEc2Memory } from "../../../../src/controllers/parts/ec2-memory.ts";
import { writeInVpc } from "../../../../src/controllers/parts/endpoints/act.ts";
import { aGuard } from "../../../aws/given.ts";
import { account } from "../../../simulator/account.ts";
import { threeSubnets } from "../../../simulator/networks.ts";

it("deletes endpoints in calls of 25, because EC2 accepts no more in one", async () => {
  const { aws, clock } = account();
  const endpointIds = Array.from({ length: 51 }, (_, at) => `vpce-${at}`);
  aws.outside.describeNetwork(threeSubnets);
  aws.outside.describeNetwork({
    vpcEndpoints: endpointIds.map((id) => ({
      id,
      vpc: "vpc-1",
      service: "ecs",
      subnets: ["subnet-nat"],
      securityGroups: ["sg-1"],
    })),
  });
  const region = createEc2Region({
    api: guardedEc2(aws.ec2, aGuard({ clock })),
    account: aws.account,
    region: aws.region,
    partition: "aws",
    clock,
    iam: () => Promise.reject(new Error("nothing here uses IAM")),
    everybody: () => [],
  });
  const memory = newEc2Memory();
  const action = { vpcId: "vpc-1", doing: "delete", writes: [{ kind: "deleteEndpoints", endpointIds }] } as const;
  const writer = { key: "vpc-1", under: { generation: 1, requestedAt: undefined, cause: 0 } };
  await writeInVpc(action, { ec2: region, clock, memory, writer, isCurrent: () => true }, new AbortController().signal);
  const calls = aws.log.filter(({ operation }) => operation === "DeleteVpcEndpoints");
  expect(calls.map(({ input }) => (input as { VpcEndpointIds: string[] }).VpcEndpointIds.length)).toEqual([25, 25, 1]);
  expect(calls.every(({ outcome }) => outcome.kind === "answered")).toBe(true);
});
