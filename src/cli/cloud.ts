import { sdkBatch } from "../aws/batch-sdk.ts";
import { AwsError, classify, needsPerson } from "../aws/errors.ts";
import { defaultRegion, sdkCallerIdentity } from "../aws/identity.ts";
import type { AwsConnection } from "../operator.ts";
import { withDeadline } from "../runtime/abort.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import type { OperatorFlags } from "./flags.ts";
import { CommandError, type Environment } from "./io.ts";

/** The AWS that a command works on: the real one by the SDK, or one in this process. */
export interface Cloud {
  readonly account: string;
  /** Of objects that name none. */
  readonly region: string;
  /** For people, e.g. `AWS account 123456789012`. */
  readonly label: string;
  connect(region: string, signal: AbortSignal): Promise<AwsConnection>;
}

/** Longest time to ask who we are; finding that there are no credentials takes the SDK about a second. */
const identityMs = 15_000;

/**
 * AWS by the SDK's own chain of credentials and endpoints.
 * @throws AwsError when nobody says who we are, CommandError when the account is not allowed
 */
export async function awsCloud(
  region: string,
  { flags, env, clock }: { readonly flags: OperatorFlags; readonly env: Environment; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Cloud> {
  const { account, partition } = await identity(region, clock, signal);
  requireAllowed(account, flags);
  const endpoint = env["AWS_ENDPOINT_URL_BATCH"] ?? env["AWS_ENDPOINT_URL"];
  return {
    account,
    region,
    label: `AWS account ${account}${endpoint === undefined || endpoint === "" ? "" : ` at ${endpoint}`}`,
    connect: async (inRegion) => ({
      account,
      partition,
      batch: sdkBatch({ region: inRegion }),
      // Most operators make no roles, and the client of EC2 is several times as large as all others together.
      iam: async () => (await import("../aws/iam-sdk.ts")).sdkIam({ region: inRegion }),
      ec2: async () => (await import("../aws/ec2-sdk.ts")).sdkEc2({ region: inRegion }),
    }),
  };
}

/**
 * The same for a person at a terminal, region included.
 * @throws CommandError when there is no region, when nobody knows who we are, or when the account is not allowed
 */
export async function realCloud(flags: OperatorFlags, env: Environment, signal: AbortSignal): Promise<Cloud> {
  const region = flags.region ?? (await defaultRegion());
  try {
    return await awsCloud(region, { flags, env, clock: systemClock() }, signal);
  } catch (error) {
    if (!(error instanceof AwsError) || signal.aborted) throw error;
    if (needsPerson(error.kind)) {
      throw new CommandError(
        `AWS does not accept the credentials, or there are none: ${error.message.replace(/\.$/, "")}. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or use --simulate, which needs none`,
        { cause: error },
      );
    }
    throw new CommandError(`AWS cannot be asked who we are (${error.operation}): ${error.message}`, { cause: error });
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
    `the credentials are of account ${account}, which is not among --allowed-account-ids ${allowedAccountIds.join(",")}`,
  );
}
