/** What a person does about a failure of which AWS's words are known. Pure. */

import type { JobRecord } from "../../../aws/job-record.ts";

interface RemedyRule {
  /** In AWS's reasons of the job or its container. */
  readonly text?: RegExp;
  readonly exitCode?: number;
  readonly remedy: string;
}

/** The first that matches decides. */
const known: readonly RemedyRule[] = [
  {
    text: /OutOfMemory/i,
    remedy: "The container needs more memory: raise MEMORY in resourceRequirements",
  },
  {
    text: /CannotPull|pull image/i,
    remedy:
      "The image cannot be pulled: check its name, and that the execution role and the network reach the registry",
  },
  {
    text: /ResourceInitializationError/i,
    remedy:
      "What the task needs before it starts cannot be reached: check its secrets, its log group, the execution role and the network",
  },
  {
    text: /^Host EC2/,
    remedy: "Its instance was lost: add retryStrategy with evaluateOnExit {onStatusReason: Host EC2*, action: RETRY}",
  },
  {
    text: /exceeded timeout|attempt duration/i,
    remedy: "It ran longer than its timeout: raise timeout.attemptDurationSeconds, or make it faster",
  },
  {
    text: /Dependent Job failed/i,
    remedy: "A job that it depends on failed: see that one",
  },
  {
    exitCode: 137,
    remedy:
      "The container was killed, most often because it used more memory than it has: see its log, and raise MEMORY",
  },
  {
    exitCode: 127,
    remedy: "The command does not exist in the image: check command and image",
  },
  {
    exitCode: 126,
    remedy: "The command cannot be executed: check its permissions, and that the image fits the architecture",
  },
];

/** The next step; undefined: only the log of the job has more. */
export function remedyFor({ statusReason = "", reason = "", exitCode, isEnding }: JobRecord): string | undefined {
  // The exit code of a job that somebody ended comes from that.
  const own = isEnding ? undefined : exitCode;
  const found = known.find(
    (one) =>
      (one.text === undefined || [statusReason, reason].some((words) => one.text?.test(words))) &&
      (one.exitCode === undefined || one.exitCode === own),
  );
  return found?.remedy;
}
