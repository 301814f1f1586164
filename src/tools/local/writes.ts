import type { Call } from "../../aws/api.ts";
import { type BatchApi, batchCalls } from "../../aws/batch-calls.ts";
import type { CallKind } from "../../aws/budget.ts";
import { operationOf } from "../../aws/call-facts.ts";
import { eachCall, NotSent } from "../../aws/calls.ts";
import type { Ec2Api } from "../../aws/ec2.ts";
import { ec2Calls } from "../../aws/ec2-calls.ts";
import { classify } from "../../aws/errors.ts";
import type { IamApi } from "../../aws/iam.ts";
import { iamCalls } from "../../aws/iam-calls.ts";
import { resourceKeys, resourceOf, resources } from "../../aws/resources/index.ts";
import { shownRequest } from "../../controllers/kinds/job-definition/shown-values.ts";
import type { Cloud } from "../../operator/cloud.ts";

/** One write that has left for AWS. */
export interface AwsWrite {
  /** e.g. `CreateComputeEnvironment`. */
  readonly operation: string;
  /** With the values that may be secrets hidden, of a job definition's body and of a job's overrides. */
  readonly input: unknown;
  /** `ok`, or the kind of failure. */
  readonly outcome: string;
  /** AWS's words when it refused. */
  readonly message?: string;
}

/** The same AWS; reports each write that AWS has answered or may have received. */
export function tappedCloud(cloud: Cloud, onWrite: (write: AwsWrite) => void): Cloud {
  const { account, region, label } = cloud;
  return {
    account,
    region,
    label,
    async connect(inRegion, signal) {
      const connection = await cloud.connect(inRegion, signal);
      return {
        ...connection,
        batch: tapped(connection.batch, onWrite),
        iam: async () => tappedIam(await connection.iam(), onWrite),
        ec2: async () => tappedEc2(await connection.ec2(), onWrite),
      };
    },
  };
}

/** The same calls of AWS Batch. */
export function tapped(batch: BatchApi, onWrite: (write: AwsWrite) => void): BatchApi {
  return eachCall(batch, batchCalls, tapFor("batch", onWrite));
}

/** As `tapped`, for IAM. */
export function tappedIam(iam: IamApi, onWrite: (write: AwsWrite) => void): IamApi {
  return eachCall(iam, iamCalls, tapFor("iam", onWrite));
}

function tappedEc2(ec2: Ec2Api, onWrite: (write: AwsWrite) => void): Ec2Api {
  return eachCall(ec2, ec2Calls, tapFor("ec2", onWrite));
}

function tapFor(service: "batch" | "iam" | "ec2", onWrite: (write: AwsWrite) => void) {
  return (name: string, kind: CallKind, call: Call<never, unknown>): Call<never, unknown> => {
    if (kind === "read") return call;
    const operation = operationOf(name);
    return async (input, options) => {
      const report = (outcome: string, message?: string): void =>
        onWrite({
          operation,
          input: shownInput(operation, input),
          outcome,
          ...(message === undefined ? {} : { message }),
        });
      try {
        const answer = await call(input, options);
        report("ok");
        return answer;
      } catch (error) {
        if (!(error instanceof NotSent)) {
          const { kind, message } = classify(error, `${service}:${operation}`);
          report(kind, message);
        }
        throw error;
      }
    };
  };
}

/** Operations with a job definition's body, or overrides of it. */
const bodies: ReadonlySet<string> = new Set(["RegisterJobDefinition", "SubmitJob"]);

/** What a write sends, without values that may be secrets: this goes into the logs of people's CI. */
export function shownInput(operation: string, input: unknown): unknown {
  return bodies.has(operation) ? shownRequest(input as object) : input;
}

/** Members of requests of no resource in `src/aws/resources` that name what a write is about; the first that a request has is it. */
const otherSubjects = [
  "jobQueue",
  "jobDefinition",
  "jobId",
  "resourceArn",
  "InstanceProfileName",
  "RoleName",
  "ServiceName",
  "GroupName",
  "GroupId",
  "VpcEndpointId",
];

/** All members that name what a write is about. */
export const subjectMembers: ReadonlySet<string> = new Set([
  ...resourceKeys.flatMap((key) => resources[key].subjects),
  ...otherSubjects,
]);

/** The name or ARN that a write is about, for people. */
export function subjectOf({ operation, input }: Pick<AwsWrite, "operation" | "input">): string {
  const given = input as Readonly<Record<string, unknown>>;
  const key = resourceOf(operation);
  for (const member of key === undefined ? otherSubjects : resources[key].subjects) {
    const value = given[member];
    if (typeof value === "string") return value.startsWith("arn:") ? value.slice(value.lastIndexOf("/") + 1) : value;
  }
  for (const member of ["VpcEndpointIds", "Resources"]) {
    const value = given[member];
    if (Array.isArray(value)) return value.join(", ");
  }
  return "";
}
