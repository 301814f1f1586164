import { sdkBatch } from "../aws/batch-sdk.ts";
import type { AwsConnection } from "../aws/connection.ts";
import { AwsError, classify, needsPerson } from "../aws/errors.ts";
import { defaultRegion, sdkCallerIdentity } from "../aws/identity.ts";
import type { LogsApi } from "../aws/logs.ts";
import { partitionOfRegion } from "../aws/names.ts";
import { withDeadline } from "../runtime/abort.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { once } from "../runtime/once.ts";
import { shell } from "../runtime/shell.ts";
import type { OperatorFlags } from "./flags.ts";
import { CommandError, type Environment } from "./io.ts";

/** The AWS of a command: the real one through the SDK, or a simulated one in this process. */
export interface Cloud {
  readonly account: string;
  /** Default region of objects. */
  readonly region: string;
  /** For people, e.g. `AWS account 123456789012`. */
  readonly label: string;
  connect(region: string, signal: AbortSignal): Promise<AwsConnection>;
}

/** One whose jobs have logs. */
export interface CloudWithLogs extends Cloud {
  /** CloudWatch Logs of a region, unguarded. Its client is loaded at the first use. */
  logs(region: string): Promise<ClosableLogs>;
}

/** One that knows what time it is there. */
export interface DatedCloud extends CloudWithLogs {
  /** Wall time (ms) of AWS; of the real one at its latest answer, and before the first one by the clock of this machine. */
  now(): number;
}

export interface ClosableLogs extends LogsApi {
  close(): void;
}

/** Time limit for GetCallerIdentity; the SDK needs about a second to find that credentials are missing. */
const identityMs = 15_000;

/**
 * AWS through the SDK's own chain of credentials and endpoints.
 * @throws AwsError if GetCallerIdentity fails, CommandError if the account is not allowed
 */
export async function awsCloud(
  region: string,
  { flags, env, clock }: { readonly flags: OperatorFlags; readonly env: Environment; readonly clock: Clock },
  signal: AbortSignal,
): Promise<DatedCloud> {
  let answeredAt: number | undefined;
  const onAnswered = (at: number): void => {
    answeredAt = at;
  };
  const { account, partition } = await identity(region, clock, signal);
  requireAllowed(account, flags);
  const endpoint = env["AWS_ENDPOINT_URL_BATCH"] ?? env["AWS_ENDPOINT_URL"];
  return {
    account,
    region,
    label: `AWS account ${account}${endpoint === undefined || endpoint === "" ? "" : ` at ${endpoint}`}`,
    now: () => answeredAt ?? clock.now(),
    logs: async (inRegion) => {
      requirePartition(inRegion, region);
      return (await import("../aws/logs-sdk.ts")).sdkLogs({ region: inRegion, onAnswered });
    },
    connect: async (inRegion) => {
      requirePartition(inRegion, region);
      const opened: { close(): void }[] = [];
      const closing = <Client extends { close(): void }>(client: Client): Client => {
        opened.push(client);
        return client;
      };
      return {
        account,
        partition,
        batch: closing(sdkBatch({ region: inRegion, onAnswered })),
        // Most operators create no roles, and the client of EC2 is several times as large as all others together.
        iam: once(async () => closing((await import("../aws/iam-sdk.ts")).sdkIam({ region: inRegion, onAnswered }))),
        ec2: once(async () => closing((await import("../aws/ec2-sdk.ts")).sdkEc2({ region: inRegion, onAnswered }))),
        logs: once(async () => closing((await import("../aws/logs-sdk.ts")).sdkLogs({ region: inRegion, onAnswered }))),
        events: once(async () =>
          closing((await import("../aws/events-sdk.ts")).sdkEvents({ region: inRegion, onAnswered })),
        ),
        close: () => {
          for (const client of opened) client.close();
        },
      };
    },
  };
}

/**
 * The same for a person at a terminal, region included.
 * @throws CommandError if the region is missing, if GetCallerIdentity fails, or if the account is not allowed
 */
export async function realCloud(flags: OperatorFlags, env: Environment, signal: AbortSignal): Promise<DatedCloud> {
  const region = flags.region ?? (await configuredRegion());
  try {
    return await awsCloud(region, { flags, env, clock: systemClock() }, signal);
  } catch (error) {
    if (!(error instanceof AwsError) || signal.aborted) throw error;
    if (needsPerson(error.kind)) {
      throw new CommandError(
        `AWS credentials are missing or rejected: ${error.message.replace(/\.$/, "")}. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Only a simulated AWS needs none: local -f DIR --simulate`,
        { cause: error },
      );
    }
    throw new CommandError(`cannot determine the AWS identity (${error.operation}): ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * An object or a job may name any region, and a signed request must not go to another operator of AWS.
 * @throws CommandError if the region is in another partition than the account's
 */
function requirePartition(inRegion: string, own: string): void {
  const [asked, partition] = [partitionOfRegion(inRegion), partitionOfRegion(own)];
  if (asked === partition) return;
  throw new CommandError(
    `region ${inRegion} is in partition ${asked}, and the credentials are for ${partition}: use credentials and a --region of that partition`,
  );
}

async function configuredRegion(): Promise<string> {
  try {
    return await defaultRegion();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // This is not a call of AWS, so the name of an operation would mislead.
    throw new CommandError(error.message, { cause: error });
  }
}

async function identity(region: string, clock: Clock, signal: AbortSignal) {
  const operation = "sts:GetCallerIdentity";
  try {
    return await withDeadline(clock, identityMs, signal, operation, (inner) => sdkCallerIdentity({ region }, inner));
  } catch (error) {
    throw signal.aborted ? signal.reason : classify(error, operation);
  }
}

function requireAllowed(account: string, { allowedAccountIds }: OperatorFlags): void {
  if (allowedAccountIds === undefined || allowedAccountIds.includes(account)) return;
  throw new CommandError(
    `the credentials belong to account ${account}, which is not in ${shell`--allowed-account-ids ${allowedAccountIds.join(",")}`}`,
  );
}
