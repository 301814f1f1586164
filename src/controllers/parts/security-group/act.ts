import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { neverHappened } from "../../../aws/calls.ts";
import type { Ec2Api } from "../../../aws/ec2.ts";
import type { Ports } from "../../ports.ts";
import { type Ec2Memory, noteRemoval } from "../ec2-memory.ts";
import { createGroup } from "../new-group.ts";
import { retag } from "../retag.ts";
import { permissionOf } from "./rules.ts";
import type { GroupAction, GroupWrite } from "./writes.ts";

/**
 * Carries out one action; the writes of one follow each other, up to the first that is refused.
 *
 * @param memory gets when this process wrote in the VPC, and what it asked EC2 to delete
 * @throws AwsError the refusal
 */
export async function actOnGroup(
  action: GroupAction,
  { spec, metadata }: BatchNetwork,
  ports: Pick<Ports, "regions" | "clock">,
  memory: Pick<Ec2Memory, "wroteAt" | "removedAt">,
  signal: AbortSignal,
): Promise<void> {
  const ec2 = await ports.regions.ec2(spec.region, signal, metadata.namespace);
  const removed = action.writes.flatMap((write) => (write.kind === "delete" ? [write.groupId] : []));
  const noteWrite = (): void => {
    const now = ports.clock.monotonic();
    ec2.wrote();
    memory.wroteAt.set(action.vpcId, now);
    noteRemoval(memory, removed, now);
  };
  let written = 0;
  try {
    for (const write of action.writes) {
      signal.throwIfAborted();
      await carriedOut(write, ec2.api, signal);
      written++;
    }
  } catch (error) {
    // EC2 has nothing to show after a plain refusal of the first write.
    if (written > 0 || !neverHappened(error)) noteWrite();
    throw error;
  } finally {
    ec2.forget(Number.POSITIVE_INFINITY);
  }
  noteWrite();
}

async function carriedOut(write: GroupWrite, api: Ec2Api, signal: AbortSignal): Promise<void> {
  const options = { signal };
  switch (write.kind) {
    case "create":
      return await createGroup(api, write, signal);
    case "authorize":
    case "revoke": {
      const rules = { GroupId: write.groupId, IpPermissions: write.rules.map(permissionOf) };
      const out = write.direction === "egress";
      if (write.kind === "authorize") {
        return out
          ? api.authorizeSecurityGroupEgress(rules, options)
          : api.authorizeSecurityGroupIngress(rules, options);
      }
      return out ? api.revokeSecurityGroupEgress(rules, options) : api.revokeSecurityGroupIngress(rules, options);
    }
    case "tag":
      return await retag(api, [write.groupId], write, signal);
    case "delete":
      return api.deleteSecurityGroup({ GroupId: write.groupId }, options);
  }
}
