import { largestFargateSize, nextFargateSize } from "../api/fargate-sizes.ts";
import { type AwsError, lacksReference } from "./errors.ts";

/** What a person, or nobody, has to do about a failure: one or two sentences. */
export function adviceFor(failure: AwsError): string {
  switch (failure.kind) {
    case "throttled":
      return "AWS limits the rate of calls of this account; the operator slows down and tries again by itself.";
    case "unavailable":
      return "The operator tries again by itself. When it lasts, check the network path, proxy and DNS to the AWS endpoint.";
    case "busy":
      return "AWS is still changing it; the operator waits until its status settles.";
    case "inUse":
      if (failure.operation === "ec2:DeleteSecurityGroup")
        return "A network interface, a rule or an endpoint still has it: find it with `aws ec2 describe-network-interfaces --filters Name=group-id,Values=<the group>`; the operator tries again by itself.";
      return "Something still uses it, or AWS has not yet noticed that nothing does; the operator tries again by itself.";
    case "notReady":
      return "Something that it refers to does not exist yet, is not valid, or was made only seconds ago; the operator tries again by itself.";
    case "notFound":
      return lacksReference(failure)
        ? "What the request refers to is not there: create it, or correct the field that names it; the operator tries again by itself."
        : "The resource no longer exists; the operator checks again.";
    case "alreadyExists":
      if (failure.operation.startsWith("ec2:"))
        return "Something of that name, or a route to the same place, exists in the VPC that is not ours: delete or rename it; the operator tries again by itself.";
      return "Something of that name exists that is not ours: choose another name, delete it, or allow its adoption with spec.adoptionPolicy and --adoptable-names.";
    case "quota":
      return "A quota of the account is used up: remove what is no longer needed, or ask AWS for more in Service Quotas.";
    case "denied":
      return adviceForDenied(failure);
    case "credentials":
      return /signature expired|not yet current|later than|earlier than/i.test(failure.message)
        ? "The clock of the operator's machine differs from AWS's: correct it."
        : "The operator's AWS credentials are missing, wrong or expired: check its service account's role (IRSA, Pod Identity) or its credential variables.";
    case "invalid":
      return adviceForInvalid(failure);
    case "unknown":
      return `AWS answered ${failure.operation} with something that the operator does not know (${failure.exception}); it tries again with growing pauses.`;
  }
}

function adviceForInvalid({ operation, message }: AwsError): string {
  if (operation === "batch:SubmitJob") {
    const size = fargateSizeIn(message);
    if (size !== undefined)
      return `${size} Give the job definition that size; a BatchJob that gives a size itself has to be created again with that one.`;
    return "AWS rejected the request: correct the job definition or the queue where it names one of their fields. Fields of a BatchJob cannot be changed: create it again with the right value, under a new name or after you have deleted it.";
  }
  if (/Instance type can only be one of/.test(message)) {
    return "AWS Batch offers no such type, family or bundle in this region: correct computeResources.instanceTypes.";
  }
  if (/can be updated only for Non-fargate Compute Environment having a Batch Service Linked Role/i.test(message)) {
    return "Remove spec.updatePolicy: a new environment takes over instead. AWS changes these fields in place only under the service-linked role.";
  }
  if (/can.?t be updated for Fargate compute environment/i.test(message)) {
    return "Undo the change, or give spec.rolloutToken a new value: a new environment takes over instead. AWS cannot change these fields of a Fargate environment.";
  }
  return fargateSizeIn(message) ?? "AWS rejected the request: correct the field it names.";
}

/** Which size to use in place of one that Fargate does not have; undefined: the message is of something else. */
function fargateSizeIn(message: string): string | undefined {
  const [, vcpus, memory = "0"] =
    /Fargate resource requirements \(([\d.]+) vCPU(?:, (\d+) MiB)?\) not valid/.exec(message) ?? [];
  if (vcpus === undefined) return undefined;
  const next = nextFargateSize(Number(vcpus), Number(memory));
  if (next !== undefined) {
    return `Fargate has ${next.vcpus} vCPU with ${next.memory} MiB as the next size${memory === "0" ? "" : " that has both"}.`;
  }
  const { vcpus: most, memory: mostMemory } = largestFargateSize;
  return `Fargate has at most ${most} vCPU with ${mostMemory} MiB: request less, or run the job on EC2.`;
}

function adviceForDenied(failure: AwsError): string {
  const named = /not authorized to perform:?\s+([a-z0-9-]+:\w+)(?:\s+on resource:\s+(\S+))?/i.exec(failure.message);
  const action = named?.[1] ?? failure.operation;
  const on = named?.[2] === undefined ? "" : ` on ${named[2].replace(/[.,]$/, "")}`;
  if (/explicit deny/i.test(failure.message)) {
    return `A policy denies ${action}${on} explicitly: find the Deny in the operator's role, its permissions boundary or the organization's policies.`;
  }
  const encoded = /Encoded authorization failure message/.test(failure.message)
    ? ` AWS gave the details encoded: take the message from the CloudTrail event of ${failure.operation} and read it with \`aws sts decode-authorization-message\`.`
    : "";
  return `Allow ${action}${on} to the operator's IAM role.${claimAdvice(action, on)}${encoded}`;
}

/** Tagging what bears no tag of the cluster yet: an adoption, or a creation under a name that the policy does not have. */
function claimAdvice(action: string, on: string): string {
  if (action.toLowerCase() !== "batch:tagresource" || on.includes(":job/")) return "";
  return " To adopt a resource, its policy needs the feature adopt (`aws-batch-operator iam-policy --features`); to create one with a name without _, that name in --names.";
}
