import type { DeleteVpcEndpointsResult } from "@aws-sdk/client-ec2";
import { neverHappened } from "../../../aws/calls.ts";
import type { Ec2Api } from "../../../aws/ec2.ts";
import type { Ec2Region } from "../../../aws/ec2-region.ts";
import { classify } from "../../../aws/errors.ts";
import { tagList } from "../../ownership/tags.ts";
import { OutOfDate, RefusalNoted } from "../../pass/failures.ts";
import type { Ports } from "../../ports.ts";
import { type Ec2Memory, forgetCreation, noteCreation, noteRemoval, type Writer, writeFor } from "../ec2-memory.ts";
import { createGroup } from "../new-group.ts";
import { retag } from "../retag.ts";
import { permissionOf } from "../security-group/rules.ts";
import type { EndpointWrite, VpcAction } from "./writes.ts";

const https = { direction: "ingress", protocol: "tcp", ports: { from: 443, to: 443 } } as const;

/** What the writes in a VPC need. */
export interface VpcWriting {
  readonly ec2: Ec2Region;
  readonly clock: Ports["clock"];
  /** Records when this process wrote in the VPC, what it deleted, and each write that EC2 refused. */
  readonly memory: Ec2Memory;
  /** Undefined: refusals are not remembered. */
  readonly writer: Writer | undefined;
  /** Whether those who need the endpoints are still those for whom the action was decided. */
  readonly isCurrent: () => boolean;
}

/**
 * Carries out one action. Endpoints do not depend on one another, so a refusal of one does not hold back the others.
 *
 * @throws RefusalNoted the first refusal, after all writes were tried
 * @throws NotSent by OutOfDate: endpoints were to be deleted, but their users have changed since the decision; or one was to be
 * created that another network has just asked for
 */
export async function writeInVpc(
  { vpcId, writes }: VpcAction,
  { ec2, clock, memory, writer, isCurrent }: VpcWriting,
  signal: AbortSignal,
): Promise<void> {
  // The API server, the work on objects and the call budget delay the write after the read.
  const beforeSend = (write: EndpointWrite) => (): void => {
    if (write.kind === "deleteEndpoints" && !isCurrent()) {
      throw new OutOfDate(`the users of the endpoints of ${vpcId} changed`);
    }
    const key = creationOf(write);
    if (key !== undefined && !noteCreation(memory, { key, by: write }, clock.monotonic())) {
      throw new OutOfDate(`another network has just asked for ${key}`);
    }
  };
  let first: unknown;
  const refusals: unknown[] = [];
  try {
    for (const write of writes) {
      signal.throwIfAborted();
      const work = (): Promise<void> => carriedOut(write, ec2.api, beforeSend(write), signal);
      const error = await writeFor(memory, writer, [write], clock, work).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      first ??= error;
      const refusal = error instanceof RefusalNoted ? error.cause : error;
      if (refusal !== undefined) refusals.push(refusal);
      const key = creationOf(write);
      if (key !== undefined && neverHappened(refusal)) forgetCreation(memory, { key, by: write });
      const mayBeDone = write.kind === "deleteEndpoints" && !neverHappened(refusal);
      if (mayBeDone) noteRemoval(memory, write.endpointIds, clock.monotonic());
    }
  } finally {
    ec2.forget(Number.POSITIVE_INFINITY);
    if (refusals.length < writes.length || !refusals.every(neverHappened)) {
      ec2.wrote();
      memory.wroteAt.set(vpcId, clock.monotonic());
    }
  }
  if (first !== undefined) throw first;
}

/** The VPC and the service of an endpoint that a write creates. */
function creationOf(write: EndpointWrite): string | undefined {
  const creates = write.kind === "createInterface" || write.kind === "createGateway";
  return creates ? `${write.vpcId} ${write.serviceName}` : undefined;
}

/** EC2's limit for one call. */
const mostAtOnce = 25;

/**
 * Turns a refusal inside a successful answer into an error. An endpoint that no longer exists is not an error.
 * @throws AwsError the first
 */
function throwUnsuccessful({ Unsuccessful = [] }: DeleteVpcEndpointsResult): void {
  for (const { ResourceId, Error: refusal } of Unsuccessful) {
    const { Code: name = "unknown", Message: message = "EC2 does not say why" } = refusal ?? {};
    const error = classify(Object.assign(new Error(`${ResourceId}: ${message}`), { name }), "ec2:DeleteVpcEndpoints");
    if (error.kind !== "notFound") throw error;
  }
}

async function carriedOut(
  write: EndpointWrite,
  api: Ec2Api,
  beforeSend: () => void,
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, beforeSend };
  switch (write.kind) {
    case "createGroup":
      return await createGroup(api, write, signal);
    case "allow":
      return api.authorizeSecurityGroupIngress(
        { GroupId: write.groupId, IpPermissions: write.from.map((peer) => permissionOf({ ...https, peer })) },
        options,
      );
    case "deleteGroup":
      return api.deleteSecurityGroup({ GroupId: write.groupId }, options);
    case "createInterface":
      await api.createVpcEndpoint(
        {
          VpcEndpointType: "Interface",
          VpcId: write.vpcId,
          ServiceName: write.serviceName,
          SubnetIds: [...write.subnetIds],
          SecurityGroupIds: [write.groupId],
          PrivateDnsEnabled: true,
          IpAddressType: write.ipAddressType,
          // No client token: EC2 refuses a second endpoint of the name anyway, and the operator must be able to
          // recreate one that was deleted by hand at once.
          TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags: tagList(write.tags) }],
        },
        options,
      );
      return;
    case "createGateway":
      await api.createVpcEndpoint(
        {
          VpcEndpointType: "Gateway",
          VpcId: write.vpcId,
          ServiceName: write.serviceName,
          RouteTableIds: [...write.routeTableIds],
          PolicyDocument: write.policy,
          TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags: tagList(write.tags) }],
        },
        options,
      );
      return;
    case "extend":
      return api.modifyVpcEndpoint(
        {
          VpcEndpointId: write.endpointId,
          ...(write.addSubnetIds.length === 0 ? {} : { AddSubnetIds: [...write.addSubnetIds] }),
          ...(write.addRouteTableIds.length === 0 ? {} : { AddRouteTableIds: [...write.addRouteTableIds] }),
        },
        options,
      );
    case "deleteEndpoints":
      for (let at = 0; at < write.endpointIds.length; at += mostAtOnce) {
        const VpcEndpointIds = write.endpointIds.slice(at, at + mostAtOnce);
        throwUnsuccessful(await api.deleteVpcEndpoints({ VpcEndpointIds }, options));
      }
      return;
    case "takeOver":
    case "release":
      return await retag(api, write.ids, write, signal);
  }
}
