import { AwsError } from "../aws/errors.ts";
import { defaultRegion } from "../aws/identity.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { Random } from "../runtime/random.ts";
import type { Cloud } from "./cloud.ts";
import type { OperatorFlags } from "./flags.ts";
import { CommandError, exitCodes } from "./io.ts";

/**
 * The default region of objects.
 * @throws CommandError if it is missing
 */
export async function requireRegion({ region }: OperatorFlags): Promise<string> {
  try {
    return region ?? (await defaultRegion());
  } catch (error) {
    if (error instanceof AwsError) throw cannotStart(error.message, error);
    throw error;
  }
}

const limits = { firstMs: 1000, maxMs: 30_000 };

/**
 * Waits for the AWS identity; an AWS that is unreachable or throttles is retried.
 * @throws CommandError if the credentials are missing or rejected, or the account is not allowed
 */
export async function whenAwsAnswers(
  open: (signal: AbortSignal) => Promise<Cloud>,
  { clock, random, log }: { readonly clock: Clock; readonly random: Random; readonly log: Log },
  signal: AbortSignal,
): Promise<Cloud> {
  for (let failures = 0; ; failures++) {
    try {
      return await open(signal);
    } catch (error) {
      if (!(error instanceof AwsError) || signal.aborted) throw error;
      switch (error.kind) {
        case "throttled":
        case "unavailable":
        case "unknown":
          log.warn("AWS does not answer, retrying", { operation: error.operation, error });
          await sleep(clock, backoffMs(failures, limits, random), signal);
          break;
        case "credentials":
        case "denied":
          throw cannotStart(
            `AWS credentials are missing or rejected: ${error.message.replace(/\.$/, "")}. In a pod give its ServiceAccount a role (IRSA or EKS Pod Identity), elsewhere set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
            error,
          );
        default:
          throw cannotStart(`cannot determine the AWS identity (${error.operation}): ${error.message}`, error);
      }
    }
  }
}

function cannotStart(message: string, cause: AwsError): CommandError {
  return new CommandError(message, { exitCode: exitCodes.cannotStart, cause });
}
