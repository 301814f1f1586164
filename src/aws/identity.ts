import { BatchClient } from "@aws-sdk/client-batch";
import { AwsError, classify } from "./errors.ts";
import { type SdkOptions, sdkCalls } from "./sdk.ts";

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
  { region }: Pick<SdkOptions, "region">,
  signal: AbortSignal,
): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const sts = sdkCalls(STSClient, { getCallerIdentity: GetCallerIdentityCommand }, { region, onAnswered: undefined });
  try {
    return callerIdentity(await sts.getCallerIdentity({}, { signal }));
  } catch (error) {
    throw classify(error, "sts:GetCallerIdentity");
  } finally {
    sts.close();
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
