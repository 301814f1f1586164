import type { KubeObject } from "../../../src/api/object.ts";
import { abandonAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobQueue } from "../../../src/api/v1alpha1/job-queue.ts";
import { isNameOf } from "../../../src/controllers/kinds/compute-environment/ownership.ts";
import { baseNameOf, queueNameOf } from "../../../src/controllers/ownership/naming.ts";
import {
  ownerIn,
  purposeTag,
  sharedRoleTag,
  type Tags,
  verifiesTag,
} from "../../../src/controllers/ownership/ownership.ts";
import { tagsOf } from "../../../src/simulator/ec2-state.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { liveEnvironments, textOf, unseenMs } from "./reading.ts";

/**
 * Promise 5. An object goes from Kubernetes only when nothing is left in AWS that is its own, unless it is retained or
 * abandoned: what is left behind is nobody's any more.
 *
 * Not against it: what somebody else has given to it, or a process that leads no more has made for it, within
 * `unseenMs`; and, where the object goes before the operator
 * has put its finalizer on it, what an earlier object of its name had made. Kubernetes waits for nobody then, and an
 * object that is gone asks for nothing.
 */
export const nothingLeft: OracleFactory = (watched) => {
  let othersAt = Number.NEGATIVE_INFINITY;
  return {
    name: "5 an object goes after what it made",
    onEffect(call, phase) {
      if (phase === "after" && call.by === "outside") othersAt = watched.clock.monotonic();
      return undefined;
    },
    onObject(before, after) {
      if (before === undefined || after !== undefined) return undefined;
      const { deletionPolicy = watched.settings.defaultDeletionPolicy } = (before.spec ?? {}) as {
        readonly deletionPolicy?: string;
      };
      if (deletionPolicy === "Retain" || before.metadata.annotations?.[abandonAnnotation] === "true") return undefined;
      const lateAt = watched.madeLateAt(textOf(before)) ?? Number.NEGATIVE_INFINITY;
      if (watched.clock.monotonic() - Math.max(othersAt, lateAt) <= unseenMs) return undefined;
      const left = ownedBy(watched, before);
      return left.length === 0 ? undefined : `${textOf(before)} is gone, and in AWS is left ${left.join(", ")}`;
    },
  };
};

/** What the operator makes for a network, as the tag of the purpose has it. */
const madeForNetworks: readonly string[] = ["network", "vpc-endpoints"];

/** Groups of the operator's names, endpoints with such a group, and gateways with its statement: tags alone prove nothing. */
function madeIn({ aws: { truth } }: Watched): readonly { readonly id: string; readonly tags: Tags }[] {
  const groups = truth.securityGroups().filter(({ GroupName = "" }) => GroupName.startsWith("aws-batch-operator/"));
  const ids = new Set(groups.map(({ GroupId }) => GroupId));
  const endpoints = truth
    .vpcEndpoints()
    .filter(
      ({ Groups = [], PolicyDocument = "" }) =>
        Groups.some(({ GroupId }) => ids.has(GroupId)) || PolicyDocument.includes("AwsBatchOperator"),
    );
  return [
    ...groups.map(({ GroupName: id = "", Tags }) => ({ id, tags: tagsOf(Tags) })),
    ...endpoints.map(({ VpcEndpointId: id = "", Tags }) => ({ id, tags: tagsOf(Tags) })),
  ];
}

/** What has the tags of an object, and the name that it gives: tags alone make nothing its own. */
function ownedBy(watched: Watched, before: KubeObject): readonly string[] {
  const { kind, metadata } = before;
  const { namespace, name, uid } = metadata;
  const { truth } = watched.aws;
  type Tagged = { readonly tags?: Record<string, string> | undefined };
  const isNamed = ({ tags }: Tagged): boolean => {
    const owner = ownerIn(tags);
    const cluster = watched.cluster();
    return (
      owner?.namespace === namespace &&
      owner.name === name &&
      owner.cluster === cluster.name &&
      owner.clusterUid === cluster.uid
    );
  };
  const owns = ({ tags }: Tagged): boolean => isNamed({ tags }) && (wasHeld(metadata) || ownerIn(tags)?.uid === uid);
  switch (kind) {
    case "BatchComputeEnvironment": {
      const environments = liveEnvironments(watched)
        .filter(owns)
        .map((one) => one.computeEnvironmentName)
        .filter((name) => isNameOf(baseNameOf(before as BatchComputeEnvironment), name));
      const queues = truth.jobQueues().filter(({ status }) => status !== "DELETED" && status !== "DELETING");
      const verifying = queues.filter(({ tags }) => environments.includes(tags?.[verifiesTag] ?? ""));
      return [...environments, ...verifying.map(({ jobQueueName }) => jobQueueName)];
    }
    case "BatchNetwork":
      return madeIn(watched)
        .filter(({ tags }) => madeForNetworks.includes(tags[purposeTag] ?? "") && isNamed({ tags }))
        .map(({ id }) => id);
    case "JobQueue":
      return truth
        .jobQueues()
        .filter((one) => one.status !== "DELETED" && owns(one) && one.jobQueueName === queueNameOf(before as JobQueue))
        .map((one) => one.jobQueueName);
    case "ConsumableResource":
      return truth
        .consumableResources()
        .filter(owns)
        .map((one) => one.consumableResourceName);
    case "SchedulingPolicy":
      return truth
        .schedulingPolicies()
        .filter(owns)
        .map(({ name }) => name);
    case "QuotaShare":
      return truth
        .quotaShares()
        .filter(owns)
        .map(({ quotaShareArn }) => quotaShareArn);
    case "ServiceEnvironment":
      return truth
        .serviceEnvironments()
        .filter((one) => one.status !== "DELETED" && owns(one))
        .map(({ serviceEnvironmentName }) => serviceEnvironmentName);
    case "BatchRole":
      return [...truth.roles(), ...truth.instanceProfiles()]
        .filter(({ tags }) => owns({ tags }) && tags[sharedRoleTag] !== undefined)
        .map(({ arn }) => arn);
    default:
      return truth
        .jobDefinitions()
        .filter((one) => one.status === "ACTIVE" && owns(one))
        .map((one) => `${one.jobDefinitionName}:${one.revision}`);
  }
}

/** Whether a finalizer kept it until now: without one an object goes as it is deleted. */
function wasHeld({ deletionTimestamp }: KubeObject["metadata"]): boolean {
  return deletionTimestamp !== undefined;
}
