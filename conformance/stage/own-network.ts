/** A network of the run's own: a subnet with a route to the internet, and no NAT gateway. */

import type { Account } from "../account/account.ts";
import { prefixOf, type Run, tagKey } from "../names/renaming.ts";
import type { Time } from "../rest.ts";
import { defaultGroupOf, type Network } from "./network.ts";

/** A service of AWS knows what another call has made some seconds later. */
const knownAfterMs = 30_000;
const againMs = 2000;
export const networkBlock = "10.117.0.0/24";

/** The name in the tags of all parts of a run's network. */
export function networkName(run: Pick<Run, "id">): string {
  return `${prefixOf(run)}network`;
}

/** With these tags a part of a run's network is made. */
export function networkTags(run: Pick<Run, "id">, ResourceType: string): object {
  const tags = { Name: networkName(run), [tagKey]: run.id };
  return { TagSpecifications: [{ ResourceType, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }] };
}

/** Each part has its tags at once: whenever a run is killed, its removal finds all. @throws Error with EC2's words */
export async function makeNetwork({ ec2 }: Account, run: Pick<Run, "id">, time: Time): Promise<Network> {
  const ask = async <Answer extends object>(operation: string, input: object): Promise<Answer> => {
    const start = time.now();
    for (;;) {
      const { error, answer } = await ec2(operation, input);
      if (error === undefined) return (answer ?? {}) as Answer;
      const mayBeNew = error.name.endsWith(".NotFound") && time.now() - start < knownAfterMs;
      if (!mayBeNew) throw new Error(`${operation}: ${error.name}: ${error.message}`);
      await time.pause(againMs);
    }
  };
  const tagged = (type: string): object => networkTags(run, type);
  const { Vpc } = await ask<{ Vpc?: { VpcId?: string } }>("CreateVpc", { CidrBlock: networkBlock, ...tagged("vpc") });
  const vpc = Vpc?.VpcId ?? "";
  const within = { VpcId: vpc };
  const { Subnet } = await ask<{ Subnet?: { SubnetId?: string } }>("CreateSubnet", {
    ...within,
    CidrBlock: networkBlock,
    ...tagged("subnet"),
  });
  const subnet = Subnet?.SubnetId ?? "";
  // An instance reaches AWS by an address of its own.
  await ask("ModifySubnetAttribute", { SubnetId: subnet, MapPublicIpOnLaunch: { Value: true } });
  const { InternetGateway } = await ask<{ InternetGateway?: { InternetGatewayId?: string } }>(
    "CreateInternetGateway",
    tagged("internet-gateway"),
  );
  const gateway = { InternetGatewayId: InternetGateway?.InternetGatewayId };
  await ask("AttachInternetGateway", { ...gateway, ...within });
  const { RouteTable } = await ask<{ RouteTable?: { RouteTableId?: string } }>("CreateRouteTable", {
    ...within,
    ...tagged("route-table"),
  });
  const table = { RouteTableId: RouteTable?.RouteTableId };
  await ask("CreateRoute", { ...table, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway.InternetGatewayId });
  await ask("AssociateRouteTable", { ...table, SubnetId: subnet });
  const start = time.now();
  for (;;) {
    const securityGroup = await defaultGroupOf(vpc, ec2);
    if (securityGroup !== undefined) return { subnet, securityGroup };
    if (time.now() - start > knownAfterMs) throw new Error(`the VPC ${vpc} has no security group named default`);
    await time.pause(againMs);
  }
}
