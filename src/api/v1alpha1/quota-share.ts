import type { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import type { KubeObject } from "../object.ts";
import { immutable, immutableRegion, policyFields, state, statusFields, terminationRules } from "./common.ts";
import { awsName } from "./names.ts";
import { reference } from "./references.ts";
import { arnText, type DeepReadonly, int, int32Max, mapList, object, oneOf, text } from "./schema.ts";

const moved = "AWS fixes the queue of a share at creation: revert the change, or create a new object";

/** Rules of how capacity is shared. */
const resourceSharingRules: readonly ValidationRule[] = [
  {
    rule: "self.strategy == 'LEND_AND_BORROW' || !has(self.borrowLimit)",
    message: "only LEND_AND_BORROW borrows: remove borrowLimit, or change the strategy",
    reason: "FieldValueForbidden",
    fieldPath: ".borrowLimit",
  },
];

/** Rules of a quota share: what AWS rejects, and immutable fields. */
const quotaShareRules: readonly ValidationRule[] = [
  {
    rule: "has(self.jobQueueRef) != has(self.jobQueue)",
    message: "a share is in one queue: give exactly one of jobQueueRef (an object) and jobQueue (a name or ARN in AWS)",
  },
  immutableRegion,
  immutable("quotaShareName", "revert the change; for another name create a new object"),
  immutable("jobQueueRef", moved),
  immutable("jobQueue", moved),
];

const capacityLimit = object("How many instances of a type the share has.", {
  capacityUnit: text("Instance type of SageMaker, e.g. ml.m5.large.", 64, /^ml[.][0-9A-Za-z.-]+$/),
  maxCapacity: int("How many instances of the type the share has.", 0, int32Max),
});

const resourceSharingConfiguration = object(
  "What becomes of capacity that is not used.",
  {
    strategy: oneOf(
      "RESERVE keeps idle capacity for the share, LEND lends it to other shares, LEND_AND_BORROW also uses that of others.",
      ["RESERVE", "LEND", "LEND_AND_BORROW"],
    ),
    borrowLimit: int(
      "Most that the share borrows, in percent of its own limits; -1: without limit. Only with LEND_AND_BORROW. Default: as AWS has it, -1 at creation.",
      -1,
      int32Max,
    ).optional(),
  },
  ...resourceSharingRules,
);

const preemptionConfiguration = object("Whether jobs of the share make room for each other.", {
  inSharePreemption: oneOf(
    "ENABLED: a job of higher priority in the share may end one of lower priority. DISABLED: it waits.",
    ["ENABLED", "DISABLED"],
  ),
});

const drain = object(
  "Whether AWS may end unfinished jobs of the share, because it is deleted or its capacity is lowered.",
  {
    policy: oneOf(
      "Wait (default): only a share without unfinished jobs is deleted or lowered, or one with an approval. Terminate: it is lowered at once, and deleted after timeoutSeconds.",
      ["Wait", "Terminate"],
    ).optional(),
    timeoutSeconds: int(
      "How long jobs may continue to run in a share that is being deleted; only with Terminate.",
      0,
      1_209_600,
    ).optional(),
  },
  ...terminationRules,
);

export const QuotaShareSpec = object(
  "Desired state of the quota share; AWS's fields have AWS's names.",
  {
    quotaShareName: text(
      "AWS name, unique in its queue. Immutable. Default: <namespace>_<name>.",
      128,
      awsName,
    ).optional(),
    jobQueueRef: reference("The JobQueue whose capacity is shared. Immutable.", "the quota share").optional(),
    jobQueue: arnText(
      "Name or ARN of a job queue in AWS; either this or jobQueueRef. Immutable.",
      "jobQueue",
      256,
    ).optional(),
    state: state.optional(),
    capacityLimits: mapList(
      "How many instances the share has, by instance type.",
      ["capacityUnit"],
      capacityLimit,
      5,
      1,
    ),
    resourceSharingConfiguration,
    preemptionConfiguration,
    drain: drain.optional(),
    ...policyFields,
  },
  ...quotaShareRules,
);

export const QuotaShareStatus = object("Observed state of the quota share in AWS.", {
  ...statusFields,
  jobQueue: text("Name of the job queue in AWS.", 128).optional(),
});

export type QuotaShareSpec = z.infer<typeof QuotaShareSpec>;
export type QuotaShareStatus = DeepReadonly<z.infer<typeof QuotaShareStatus>>;
export type QuotaShare = KubeObject<QuotaShareSpec, QuotaShareStatus>;
