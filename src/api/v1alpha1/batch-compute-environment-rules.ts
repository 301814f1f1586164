import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

/** Rules of a compute environment as a whole: what AWS rejects, and immutable fields. */

const unmanaged = "self.type == 'UNMANAGED'";
const fargate = "has(self.computeResources) && self.computeResources.type in ['FARGATE', 'FARGATE_SPOT']";
const onEks = "has(self.eksConfiguration)";
const instances = "has(self.computeResources) && self.computeResources.type in ['EC2', 'SPOT']";
const bestFitSpot =
  "has(self.computeResources) && self.computeResources.type == 'SPOT' && (!has(self.computeResources.allocationStrategy) || self.computeResources.allocationStrategy == 'BEST_FIT')";
const makes = (role: string): string => `has(self.iam) && has(self.iam.${role})`;
const inResources = (field: string): string => `has(self.computeResources) && has(self.computeResources.${field})`;

/** Each role with its ways to be given, as CEL: by name or ARN, by a BatchRole, or one of the object alone. */
const serviceRole = ["has(self.serviceRole)", "has(self.serviceRoleRef)", makes("serviceRole")];
const instanceRole = [inResources("instanceRole"), inResources("instanceRoleRef"), makes("instanceRole")];
const spotFleetRole = [inResources("spotIamFleetRole"), inResources("spotFleetRoleRef"), makes("spotFleetRole")];
const given = (ways: readonly string[]): string => ways.map((way) => `(${way})`).join(" || ");

/** A role has one of its ways. */
function once(ways: readonly string[], names: readonly string[], fieldPath: string): ValidationRule {
  return {
    rule: `${ways.map((way) => `((${way}) ? 1 : 0)`).join(" + ")} <= 1`,
    message: `${names.join(", ")} give the same role: keep one of them`,
    reason: "FieldValueForbidden",
    fieldPath,
  };
}

/** Also as stored objects have it that were written before there were networks. */
const makesGroup = "has(self.network) && has(self.network.securityGroup)";
const namesGroup =
  "has(self.computeResources.securityGroupIds) || has(self.computeResources.securityGroupSelector) || has(self.computeResources.networkRef)";
const images = "has(self.computeResources) && has(self.computeResources.ec2Configuration)";

/**
 * What a new environment needs until queues have gone over to it, in minutes: usually two, and as long as a busy AWS may
 * take.
 */
export const handoverMinutes = 15;
/** The shortest window, in minutes: as long as an update needs, and as long again for it to begin. */
export const windowMinutesMin = 2 * handoverMinutes;
/** How long the job of `replacement.verify` may take, where the spec does not say it. */
export const verifySecondsDefault = 1800;
/** AWS's default of `updatePolicy.jobExecutionTimeoutMinutes`. */
export const jobTimeoutMinutes = 30;

const inPlaceMinutes = `(has(self.updatePolicy.terminateJobsOnUpdate) && self.updatePolicy.terminateJobsOnUpdate ? 0 : (has(self.updatePolicy.jobExecutionTimeoutMinutes) ? self.updatePolicy.jobExecutionTimeoutMinutes : ${jobTimeoutMinutes}))`;
const automatic = "has(self.imageUpdates) && has(self.imageUpdates.policy) && self.imageUpdates.policy == 'Automatic'";
const follows =
  "has(self.imageUpdates) && has(self.imageUpdates.launchTemplateVersions) && self.imageUpdates.launchTemplateVersions == 'Follow'";

export const computeEnvironmentRules: readonly ValidationRule[] = [
  {
    rule: "self.type != 'MANAGED' || has(self.computeResources)",
    message: "MANAGED requires capacity: add computeResources",
    reason: "FieldValueRequired",
    fieldPath: ".computeResources",
  },
  {
    rule: `!(${unmanaged}) || !has(self.computeResources)`,
    message: "UNMANAGED uses your own instances: remove computeResources, or use type MANAGED",
    reason: "FieldValueForbidden",
    fieldPath: ".computeResources",
  },
  {
    rule: `!(${unmanaged}) || ${given(serviceRole)}`,
    message:
      "UNMANAGED cannot use the service-linked role: add serviceRole or serviceRoleRef, or iam.serviceRole to let the operator create one",
    reason: "FieldValueRequired",
    fieldPath: ".serviceRole",
  },
  {
    rule: `!(${unmanaged}) || !has(self.serviceRole) || !self.serviceRole.contains('AWSServiceRoleForBatch')`,
    message: "UNMANAGED cannot use the service-linked role: name a regular role as serviceRole",
    fieldPath: ".serviceRole",
  },
  {
    rule: `${unmanaged} || !has(self.unmanagedvCpus)`,
    message: "unmanagedvCpus is for UNMANAGED: remove it and use computeResources.maxvCpus",
    reason: "FieldValueForbidden",
    fieldPath: ".unmanagedvCpus",
  },
  {
    rule: `!(${unmanaged}) || !has(self.eksConfiguration)`,
    message: "EKS environments are MANAGED: remove eksConfiguration, or use type MANAGED",
    reason: "FieldValueForbidden",
    fieldPath: ".eksConfiguration",
  },
  {
    rule: `!(${unmanaged}) || !has(self.updatePolicy)`,
    message: "UNMANAGED has no infrastructure that AWS Batch updates: remove updatePolicy",
    reason: "FieldValueForbidden",
    fieldPath: ".updatePolicy",
  },
  {
    rule: `!(${unmanaged}) || !has(self.rolloutToken)`,
    message: "UNMANAGED has no instances that AWS Batch renews: remove rolloutToken",
    reason: "FieldValueForbidden",
    fieldPath: ".rolloutToken",
  },
  {
    rule: `!(${fargate}) || !has(self.updatePolicy)`,
    message: "Fargate has no infrastructure that is updated: remove updatePolicy",
    reason: "FieldValueForbidden",
    fieldPath: ".updatePolicy",
  },
  {
    rule: `!(${fargate}) || !has(self.rolloutToken)`,
    message: "Fargate always starts from fresh capacity: remove rolloutToken",
    reason: "FieldValueForbidden",
    fieldPath: ".rolloutToken",
  },
  {
    rule: `!(${onEks}) || !has(self.computeResources) || self.computeResources.type in ['EC2', 'SPOT']`,
    message: "EKS runs on EC2 or SPOT: change computeResources.type, or remove eksConfiguration",
    fieldPath: ".computeResources.type",
  },
  {
    rule: `!(${onEks}) || !has(self.replacement) || !has(self.replacement.rollback)`,
    message: "AWS does not say on which EKS environment a job failed: remove replacement.rollback",
    reason: "FieldValueForbidden",
    fieldPath: ".replacement",
  },
  {
    rule: `!(${onEks}) || !has(self.computeResources) || has(self.computeResources.allocationStrategy)`,
    message: "EKS has no default strategy: add allocationStrategy, e.g. BEST_FIT_PROGRESSIVE",
    reason: "FieldValueRequired",
    fieldPath: ".computeResources.allocationStrategy",
  },
  {
    rule: `!(${onEks}) || !(${images}) || self.computeResources.ec2Configuration.all(image, !image.imageType.startsWith('ECS_'))`,
    message: "EKS needs an EKS image: use an imageType such as EKS_AL2023",
    fieldPath: ".computeResources.ec2Configuration",
  },
  {
    rule: `${onEks} || !(${images}) || self.computeResources.ec2Configuration.all(image, !image.imageType.startsWith('EKS_'))`,
    message: "without eksConfiguration jobs run on ECS: use an imageType such as ECS_AL2023",
    fieldPath: ".computeResources.ec2Configuration",
  },
  {
    rule: `${onEks} || !(${images}) || self.computeResources.ec2Configuration.all(image, !has(image.imageKubernetesVersion))`,
    message: "without eksConfiguration there is no Kubernetes: remove imageKubernetesVersion",
    reason: "FieldValueForbidden",
    fieldPath: ".computeResources.ec2Configuration",
  },
  {
    rule: `!(${fargate}) || ${namesGroup} || (${makesGroup})`,
    message: "Fargate tasks run in your network: add securityGroupIds or networkRef",
    reason: "FieldValueRequired",
    fieldPath: ".computeResources.securityGroupIds",
  },
  {
    rule: `!(${instances}) || ${namesGroup} || has(self.computeResources.launchTemplate) || (${makesGroup})`,
    message:
      "instances need a security group: add securityGroupIds, networkRef, or a launch template with security groups",
    reason: "FieldValueRequired",
    fieldPath: ".computeResources.securityGroupIds",
  },
  {
    rule: `!(${instances}) || ${given(instanceRole)}`,
    message:
      "instances need a profile to join the cluster: add instanceRole or instanceRoleRef, or iam.instanceRole to let the operator create role and profile",
    reason: "FieldValueRequired",
    fieldPath: ".computeResources.instanceRole",
  },
  {
    rule: `!(${bestFitSpot}) || ${given(spotFleetRole)}`,
    message:
      "SPOT with BEST_FIT, which is the default, needs spotIamFleetRole: add it, spotFleetRoleRef or iam.spotFleetRole, or preferably use allocationStrategy SPOT_PRICE_CAPACITY_OPTIMIZED",
    reason: "FieldValueRequired",
    fieldPath: ".computeResources.spotIamFleetRole",
  },
  once(serviceRole, ["serviceRole", "serviceRoleRef", "iam.serviceRole"], ".serviceRole"),
  {
    rule: `!(${makes("instanceRole")}) || (${instances})`,
    message: "only EC2 and SPOT use an instance role: remove iam.instanceRole",
    reason: "FieldValueForbidden",
    fieldPath: ".iam.instanceRole",
  },
  once(instanceRole, ["instanceRole", "instanceRoleRef", "iam.instanceRole"], ".computeResources.instanceRole"),
  {
    rule: `!(${makes("spotFleetRole")}) || (${bestFitSpot})`,
    message: "only SPOT with BEST_FIT uses a Spot Fleet role: remove iam.spotFleetRole",
    reason: "FieldValueForbidden",
    fieldPath: ".iam.spotFleetRole",
  },
  once(
    spotFleetRole,
    ["spotIamFleetRole", "spotFleetRoleRef", "iam.spotFleetRole"],
    ".computeResources.spotIamFleetRole",
  ),
  immutableRegion,
  immutable(
    "computeEnvironmentName",
    "revert the change; for another name create a new object and delete this one when no queue uses it",
  ),
  {
    rule: `!has(self.imageUpdates) || (${instances})`,
    message: "only EC2 and SPOT have images that can be newer: remove imageUpdates",
    reason: "FieldValueForbidden",
    fieldPath: ".imageUpdates",
  },
  {
    rule: `!has(self.imageUpdates) || !has(self.imageUpdates.windows) || !has(self.updatePolicy) || self.imageUpdates.windows.all(w, w.durationMinutes >= ${windowMinutesMin} + ${inPlaceMinutes})`,
    message: `an update in place lets jobs run on for updatePolicy.jobExecutionTimeoutMinutes (default ${jobTimeoutMinutes}): make durationMinutes at least ${windowMinutesMin} minutes longer than that`,
    fieldPath: ".imageUpdates",
  },
  {
    rule: `!has(self.imageUpdates) || !has(self.imageUpdates.windows) || !has(self.replacement) || !has(self.replacement.verify) || self.imageUpdates.windows.all(w, (w.durationMinutes - ${windowMinutesMin}) * 60 >= (has(self.replacement.verify.timeoutSeconds) ? self.replacement.verify.timeoutSeconds : ${verifySecondsDefault}))`,
    message: `a new environment is verified within the window, for replacement.verify.timeoutSeconds (default ${verifySecondsDefault}): make durationMinutes at least ${windowMinutesMin} minutes longer than that`,
    fieldPath: ".imageUpdates",
  },
  {
    rule: `!(${automatic} || ${follows}) || !has(self.replacement) || !has(self.replacement.policy) || self.replacement.policy != 'Never' || has(self.updatePolicy)`,
    message:
      "Automatic and Follow need a way to replace instances: add updatePolicy, which allows updates in place, or allow the replacement",
    reason: "FieldValueForbidden",
    fieldPath: ".imageUpdates",
  },
  {
    rule: `!(${follows}) || (has(self.computeResources) && has(self.computeResources.launchTemplate))`,
    message:
      "Follow needs a launch template with $Latest or $Default: add launchTemplate, or remove launchTemplateVersions",
    reason: "FieldValueRequired",
    fieldPath: ".imageUpdates",
  },
];

export const eksConfigurationRules: readonly ValidationRule[] = [
  {
    rule: "self.kubernetesNamespace != 'default' && !self.kubernetesNamespace.startsWith('kube-')",
    message: "AWS Batch requires a dedicated namespace: not default, and not one that begins with kube-",
    fieldPath: ".kubernetesNamespace",
  },
];
