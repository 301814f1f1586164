import {
  BatchClient,
  type BatchClientConfig,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  GetJobQueueSnapshotCommand,
  ListJobsCommand,
  RegisterJobDefinitionCommand,
  TagResourceCommand,
  TerminateJobCommand,
  UntagResourceCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from "@aws-sdk/client-batch";
import type { BatchApi, CallOptions } from "./batch.ts";
import { AwsError, classify } from "./errors.ts";

export interface SdkOptions {
  /** Undefined: what the SDK's own chain finds (`AWS_REGION`, the profile). */
  readonly region: string | undefined;
  /** The SDK's own way to send requests, unless a test brings another. */
  readonly requestHandler?: BatchClientConfig["requestHandler"];
}

/**
 * AWS Batch by the SDK. Rejects with the SDK's own errors: the guard around it classifies them. The SDK tries once;
 * retries are the guard's (a broken connection), the observer's and the work queue's, who know the budget.
 */
export function sdkBatch(options: SdkOptions): BatchApi & { close(): void } {
  const client = new BatchClient({
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.requestHandler === undefined ? {} : { requestHandler: options.requestHandler }),
    maxAttempts: 1,
    customUserAgent: "aws-batch-operator",
  });

  return {
    close: () => client.destroy(),
    describeComputeEnvironments: (input, call) =>
      client.send(new DescribeComputeEnvironmentsCommand(input), sending(call)),
    createComputeEnvironment: (input, call) =>
      client.send(checked(new CreateComputeEnvironmentCommand(input), call), sending(call)),
    updateComputeEnvironment: (input, call) =>
      client.send(checked(new UpdateComputeEnvironmentCommand(input), call), sending(call)),
    deleteComputeEnvironment: async (input, call) => {
      await client.send(checked(new DeleteComputeEnvironmentCommand(input), call), sending(call));
    },
    describeJobQueues: (input, call) => client.send(new DescribeJobQueuesCommand(input), sending(call)),
    createJobQueue: (input, call) => client.send(checked(new CreateJobQueueCommand(input), call), sending(call)),
    updateJobQueue: (input, call) => client.send(checked(new UpdateJobQueueCommand(input), call), sending(call)),
    deleteJobQueue: async (input, call) => {
      await client.send(checked(new DeleteJobQueueCommand(input), call), sending(call));
    },
    describeJobDefinitions: (input, call) => client.send(new DescribeJobDefinitionsCommand(input), sending(call)),
    registerJobDefinition: (input, call) =>
      client.send(checked(new RegisterJobDefinitionCommand(input), call), sending(call)),
    deregisterJobDefinition: async (input, call) => {
      await client.send(checked(new DeregisterJobDefinitionCommand(input), call), sending(call));
    },
    tagResource: async (input, call) => {
      await client.send(checked(new TagResourceCommand(input), call), sending(call));
    },
    untagResource: async (input, call) => {
      await client.send(checked(new UntagResourceCommand(input), call), sending(call));
    },
    listJobs: (input, call) => client.send(new ListJobsCommand(input), sending(call)),
    describeJobs: (input, call) => client.send(new DescribeJobsCommand(input), sending(call)),
    getJobQueueSnapshot: (input, call) => client.send(new GetJobQueueSnapshotCommand(input), sending(call)),
    terminateJob: async (input, call) => {
      await client.send(checked(new TerminateJobCommand(input), call), sending(call));
    },
  };
}

/** What the SDK's `send` takes of a call's options. */
export function sending({ signal }: CallOptions = {}): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

interface Checkable {
  readonly middlewareStack: {
    add(
      middleware: <Args, Output>(next: (args: Args) => Promise<Output>) => (args: Args) => Promise<Output>,
      options: { readonly step: "deserialize"; readonly priority: "low"; readonly name: string },
    ): void;
  };
}

/** The command with `beforeSend` as the innermost step: what comes next is the request handler. */
export function checked<C>(command: C & Checkable, call: CallOptions | undefined): C {
  const check = call?.beforeSend;
  if (check !== undefined) {
    command.middlewareStack.add(
      (next) => async (args) => {
        check();
        return await next(args);
      },
      { step: "deserialize", priority: "low", name: "beforeSend" },
    );
  }
  return command;
}

/**
 * The region of the SDK's own chain.
 * @throws AwsError `invalid` when there is none
 */
export async function defaultRegion(): Promise<string> {
  const client = new BatchClient({});
  try {
    return await client.config.region();
  } catch (error) {
    throw new AwsError(
      "invalid",
      "sdk:Region",
      "NoRegion",
      "no AWS region is configured: give --region or set AWS_REGION",
      error,
    );
  } finally {
    client.destroy();
  }
}

/** Who the operator is for AWS. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  /** `aws`, `aws-cn`, `aws-us-gov`, ... */
  readonly partition: string;
}

/**
 * Asks STS who we are.
 * @throws AwsError
 */
export async function sdkCallerIdentity(
  options: Pick<SdkOptions, "region">,
  signal?: AbortSignal,
): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({
    ...(options.region === undefined ? {} : { region: options.region }),
    maxAttempts: 1,
    customUserAgent: "aws-batch-operator",
  });
  const operation = "sts:GetCallerIdentity";
  try {
    const answer = await client.send(
      new GetCallerIdentityCommand({}),
      signal === undefined ? {} : { abortSignal: signal },
    );
    return callerIdentity(answer);
  } catch (error) {
    throw classify(error, operation);
  } finally {
    client.destroy();
  }
}

/** Reads the partition from the ARN. */
export function callerIdentity(answer: {
  readonly Account?: string | undefined;
  readonly Arn?: string | undefined;
}): CallerIdentity {
  const partition = answer.Arn?.split(":")[1];
  if (answer.Account === undefined || answer.Arn === undefined || partition === undefined || partition === "") {
    throw new AwsError("unknown", "sts:GetCallerIdentity", "IncompleteAnswer", "STS did not say who the caller is");
  }
  return { account: answer.Account, arn: answer.Arn, partition };
}
