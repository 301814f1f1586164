import type { Condition, KubeObject } from "../../../src/api/object.ts";
import type { Environment } from "../../../src/aws/batch.ts";
import { uidTag } from "../../../src/controllers/ownership/ownership.ts";
import { type AwsSeen, ownedKey, type PageFacts } from "../../../src/page/server/known.ts";

/** Objects for tests of the page: only what it reads. */

export interface ObjectParts {
  readonly namespace?: string;
  readonly spec?: object;
  readonly status?: object;
  readonly deleted?: boolean;
}

export function anObject(
  kind: string,
  name: string,
  { namespace = "team", spec = {}, status, deleted = false }: ObjectParts = {},
): KubeObject {
  const metadata = {
    name,
    namespace,
    uid: `uid-${namespace}-${name}`,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2030-01-01T00:00:00Z",
    ...(deleted ? { deletionTimestamp: "2030-01-01T01:00:00Z" } : {}),
  };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind, metadata, spec, ...(status === undefined ? {} : { status }) };
}

export function condition(
  type: Condition["type"],
  status: Condition["status"],
  reason: string,
  message = "",
): Condition {
  return { type, status, reason, message, lastTransitionTime: "2030-01-01T00:10:00Z", observedGeneration: 1 };
}

export const ready = condition("Ready", "True", "Available", "it is VALID");

export function aQueue(name: string, to: readonly object[], parts: ObjectParts = {}): KubeObject {
  const computeEnvironmentOrder = to.map((one, order) => ({ order, ...one }));
  return anObject("JobQueue", name, {
    status: { conditions: [ready] },
    ...parts,
    spec: { priority: 1, computeEnvironmentOrder },
  });
}

export function ref(name: string, namespace?: string): object {
  return { computeEnvironmentRef: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

export function anEnvironment(name: string, status: object = { conditions: [ready] }, deleted = false): KubeObject {
  return anObject("BatchComputeEnvironment", name, { spec: { computeResources: { type: "EC2" } }, status, deleted });
}

/** An environment in AWS that belongs to the object `team/fast`, unless its tags say otherwise. */
export function described(computeEnvironmentName: string, { tags, ...parts }: Partial<Environment> = {}): Environment {
  const arn = `arn:aws:batch:eu-west-1:123456789012:compute-environment/${computeEnvironmentName}`;
  return {
    computeEnvironmentName,
    computeEnvironmentArn: arn,
    state: "ENABLED",
    status: "VALID",
    tags: { [uidTag]: "uid-team-fast", ...tags },
    ...parts,
  };
}

export function knownOf(objects: readonly KubeObject[], environments: readonly Environment[] = []): PageFacts {
  const aws: AwsSeen = {
    environments: new Map(environments.map((one) => [ownedKey(one.tags?.[uidTag], one.computeEnvironmentName), one])),
    jobs: new Map(),
    problems: [],
  };
  return { objects, aws };
}
