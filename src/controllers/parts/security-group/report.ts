/** Keeps the security group of an object in its status. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { withMembers } from "../../pass/status-fields.ts";
import { usable } from "./plan.ts";
import type { GroupSeen } from "./seen.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of status with the group that the object uses from now on. */
export function withGroupStatus(fields: Fields, seen: GroupSeen, { status }: BatchComputeEnvironment): Fields {
  const group = usable(seen);
  // The current group stays in effect while EC2 cannot be read, and while another one is created.
  const before = seen.desired === undefined ? undefined : status?.network?.securityGroup;
  const securityGroup = group === undefined ? before : { groupId: group.groupId, vpcId: group.vpcId };
  return withMembers(fields, "network", { securityGroup });
}
