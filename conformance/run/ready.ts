/** Whether an account can take a run, found without a write. */

import { type Account, answerOf } from "../account/account.ts";
import { pagesOf } from "../clean/listing.ts";
import type { Plan } from "../plan/plan.ts";
import { Interrupted } from "./interrupted.ts";

export interface Caller {
  readonly account: string;
  readonly partition: string;
}

/** @throws Error without usable credentials */
export async function callerOf({ sts }: Account): Promise<Caller> {
  try {
    const { Account: account = "", Arn = "" } = await answerOf<{ Account?: string; Arn?: string }>(
      sts,
      "GetCallerIdentity",
      {},
    );
    return { account, partition: Arn.split(":")[1] ?? "aws" };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(
      `no usable credentials: ${words}\nGive --profile, or what else the AWS CLI takes, e.g. AWS_PROFILE.`,
    );
  }
}

/** AWS's quotas of one region. */
const quotas = [
  ["environments", "DescribeComputeEnvironments", "computeEnvironments", 50],
  ["queues", "DescribeJobQueues", "jobQueues", 50],
  ["serviceEnvironments", "DescribeServiceEnvironments", "serviceEnvironments", 50],
] as const;

/** @throws Error if the region has no room for what a run makes, or may not be read */
export async function requireRoom({ batch }: Account, needs: Plan["needs"]): Promise<void> {
  for (const [member, operation, list, quota] of quotas) {
    const there = (await pagesOf(batch, operation, {}, list)).filter((one) => one["status"] !== "DELETED").length;
    if (there + needs[member] > quota) {
      throw new Error(
        `the run needs room for ${needs[member]} of the region's ${quota} ${list}, and ${there} are there: ` +
          "take another region, or try fewer with --only",
      );
    }
  }
}
