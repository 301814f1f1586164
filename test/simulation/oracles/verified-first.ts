import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment, Queue } from "../../../src/aws/batch.ts";
import {
  createdAtTag,
  returnedAtTag,
  servingSinceTag,
  verifiesTag,
} from "../../../src/controllers/ownership/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { SpecsOfLate } from "./lately.ts";
import { isOperatorWrite, lastPart, liveEnvironments, orderOf, ownerOf } from "./reading.ts";

/**
 * `replacement.verify`. No queue is handed over to an environment on which no job of the operator has succeeded: judged by AWS's
 * jobs, when a write of ours gives a queue an environment that it did not name before.
 *
 * Not against it: a spec that asks for no verification, now or so lately that the write could be on its way; what the operator
 * has not created; and what has served, or was named before by any queue.
 */
export const verifiedFirst: OracleFactory = (watched) => {
  const specs = new SpecsOfLate(watched);
  /** ARNs of environments that a queue of users has named. */
  const named = new Set<string>();
  return {
    name: "no queue is handed over to an environment that is not verified",
    onObject(before, after) {
      specs.note(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "before") {
        for (const arn of users(watched).flatMap(orderOf)) named.add(arn);
        return undefined;
      }
      if (!isOperatorWrite(call) || !/^(Create|Update)JobQueue$/.test(call.operation)) return undefined;
      const joined = users(watched)
        .flatMap(orderOf)
        .filter((arn) => !named.has(arn));
      const unproven = liveEnvironments(watched)
        .filter(({ computeEnvironmentArn: arn }) => joined.includes(arn))
        .find((one) => !isProven(watched, one, specs));
      return unproven === undefined ? undefined : reported(watched, call, unproven);
    },
  };
};

function reported(watched: Watched, call: CallRecord, { computeEnvironmentName: name }: Environment): string {
  return `${call.operation} ${JSON.stringify(call.input)} of ${watched.callerOf(call)?.name} names ${name}, on which no job has succeeded`;
}

function users({ aws }: Watched): readonly Queue[] {
  return aws.truth.jobQueues().filter(({ status, tags }) => status !== "DELETED" && tags?.[verifiesTag] === undefined);
}

function isProven(watched: Watched, environment: Environment, specs: SpecsOfLate): boolean {
  const { tags, computeEnvironmentArn: arn } = environment;
  const owner = ownerOf(watched, tags, "BatchComputeEnvironment");
  const known = owner === undefined ? [] : (specs.of(owner) as readonly BatchComputeEnvironmentSpec[]);
  if (known.length === 0 || known.some(({ replacement }) => replacement?.verify === undefined)) return true;
  if (tags?.[createdAtTag] === undefined) return true;
  if (tags[servingSinceTag] !== undefined || tags[returnedAtTag] !== undefined) return true;
  return watched.aws.truth
    .jobs()
    .some(
      ({ status, place, request }) =>
        status === "SUCCEEDED" && place?.environmentArn === arn && request.tags?.[verifiesTag] === lastPart(arn),
    );
}
