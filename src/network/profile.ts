/** Whether instances can use their profile. Pure. */

import { changeSpec, type Defect, type Described, defect } from "./described.ts";
import type { NetworkFacts, ProfileRole } from "./facts.ts";
import { read } from "./lookups.ts";
import { allowance, trusts } from "./policy.ts";
import { list } from "./remedies.ts";

const path = "spec.computeResources.instanceRole";
const managedPolicy = "AmazonEC2ContainerServiceforEC2Role";
const needed = [
  "ecs:DiscoverPollEndpoint",
  "ecs:Poll",
  "ecs:RegisterContainerInstance",
  "ecs:StartTelemetrySession",
  "ecs:SubmitContainerStateChange",
  "ecs:SubmitTaskStateChange",
];

export function profileStops({ request, platform }: Described, facts: NetworkFacts): readonly Defect[] {
  const wanted = request.instanceProfile;
  if (wanted === undefined) return [];
  const profile = read("the instance profile", facts.instanceProfile);
  if (profile === undefined) {
    const advice = `create instance profile ${wanted}, or use another one in ${path}`;
    const message = `instance profile ${wanted} does not exist; a role of that name is not enough`;
    return [defect("InstanceProfileMissing", message, [wanted], [changeSpec(path, [wanted], advice)])];
  }
  const { name, role } = profile;
  if (role === undefined) {
    const advice = `add a role with the policy ${managedPolicy} to instance profile ${name}`;
    const remedies = [{ kind: "changeAws", ids: [name], advice }] as const;
    return [defect("InstanceProfileEmpty", `instance profile ${name} has no role`, [name], remedies)];
  }
  return [...trustDefects(role), ...(platform === "ecs" ? permissionDefects(role) : [])];
}

function trustDefects({ roleName, trust }: ProfileRole): readonly Defect[] {
  if (trusts(trust, "ec2.amazonaws.com") || trusts(trust, "ec2.amazonaws.com.cn")) return [];
  const advice = `let the trust policy of ${roleName} allow sts:AssumeRole to ec2.amazonaws.com`;
  const message = `the trust policy of ${roleName} does not let EC2 assume the role`;
  return [defect("InstanceRoleTrust", message, [roleName], [{ kind: "changeAws", ids: [roleName], advice }])];
}

function permissionDefects({ roleName, attachedPolicyArns, policies }: ProfileRole): readonly Defect[] {
  if (attachedPolicyArns.some((arn) => arn.endsWith(`/${managedPolicy}`))) return [];
  // Without the text of each attached policy the permissions are unknown.
  if (policies.length < attachedPolicyArns.length) return [];
  const answer = allowance(
    policies,
    needed.map((action) => ({ action })),
  );
  if (answer.kind !== "denied") return [];
  const advice = `attach the policy ${managedPolicy} to ${roleName}`;
  const message = `${roleName} lacks ${list(answer.actions)}, so instances cannot register`;
  return [defect("InstanceRolePermissions", message, [roleName], [{ kind: "changeAws", ids: [roleName], advice }])];
}
