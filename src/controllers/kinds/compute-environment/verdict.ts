/**
 * What came of the verification of an environment (`replacement.verify`), as its tag says:
 * `<time>/<verdict>/<hash of what was verified>/<job ID>/<cause>`. Pure.
 */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { createdAtTag, returnedAtTag, servingSinceTag, verificationTag } from "../../ownership/ownership.ts";
import { tagText } from "../../ownership/tags.ts";

export interface Verdict {
  /**
   * `SuccessorFailed` is on what goes on to serve: the environment that failed is removed, and must not be created again for the
   * same plan.
   */
  readonly kind: (typeof kinds)[number];
  /** RFC 3339. */
  readonly at: string;
  /** Names the plan and the revision of the job. */
  readonly key: string;
  readonly jobId: string;
  /** Why the job failed, in the characters of a tag; empty: it has succeeded. */
  readonly cause: string;
}

const kinds = ["Succeeded", "Failed", "SuccessorFailed"] as const;
const longestCause = 100;

/** The value of the tag. */
export function verdictText({ at, kind, key, jobId, cause }: Verdict): string {
  return [at, kind, key, jobId, tagText(cause, longestCause)].join("/");
}

/** Undefined: none, or somebody has changed the tag. */
export function verdictOf({ tags }: Pick<Environment, "tags">): Verdict | undefined {
  const [at = "", found, key = "", jobId = "", cause = ""] = tags?.[verificationTag]?.split("/") ?? [];
  const kind = kinds.find((one) => one === found);
  return kind === undefined ? undefined : { at, kind, key, jobId, cause };
}

/** Whether its own job failed. */
export function hasFailed(environment: Pick<Environment, "tags">): boolean {
  return verdictOf(environment)?.kind === "Failed";
}

/**
 * Whether queues may name it, as far as `verify` goes. What the operator did not create was in use before; what has served has
 * proved itself.
 */
export function isProven({ replacement }: Spec, { tags }: Pick<Environment, "tags">): boolean {
  if (replacement?.verify === undefined || tags?.[createdAtTag] === undefined) return true;
  const hasServed = tags[servingSinceTag] !== undefined || tags[returnedAtTag] !== undefined;
  return hasServed || (verdictOf({ tags }) !== undefined && !hasFailed({ tags }));
}

type Spec = Pick<BatchComputeEnvironmentSpec, "replacement">;
