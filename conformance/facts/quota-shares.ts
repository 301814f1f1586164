import { after, answered, invalid, type Row, refused, rowsOf } from "./row.ts";
import { arn, quotaShare } from "./stage.ts";

const team = arn("job-queue/training/quota-share/team");
const disabled: Row["first"] = [
  { operation: "UpdateQuotaShare", input: { quotaShareArn: team, state: "DISABLED" }, next: "at rest" },
];
const without = (member: string): object =>
  Object.fromEntries(Object.entries(quotaShare("new")).filter(([key]) => key !== member));
const limits = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ capacityUnit: `ml.m5.${at}xlarge`, maxCapacity: 1 }));
const job = (change: object): object => ({
  jobName: "train",
  jobQueue: "training",
  serviceJobType: "SAGEMAKER_TRAINING",
  serviceRequestPayload: "{}",
  ...change,
});

/** What AWS says to quota shares, and how it describes them. */
export const quotaShareRows: readonly Row[] = [
  ...rowsOf("CreateQuotaShare", [
    ["a name with a dot", "[SDK] ours", quotaShare("a.b"), invalid("Quota Share name should match a valid pattern.")],
    ["the name of another in the queue", "[KNOWN]", quotaShare("team"), refused("Object already exists", 409)],
    ...["capacityLimits", "resourceSharingConfiguration", "preemptionConfiguration", "jobQueue"].map(
      (member) => [`no ${member}`, "[SDK] ours", without(member), invalid(`${member} is required.`)] as const,
    ),
    ...[0, 6].map(
      (count) =>
        [
          `${count} limits`,
          "[UG] ours",
          quotaShare("new", { capacityLimits: limits(count) }),
          invalid("capacityLimits must have between 1 and 5 entries."),
        ] as const,
    ),
    [
      "a limit of instances of any type",
      "[UG] ours",
      quotaShare("new", { capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 1 }] }),
      invalid("The capacity unit of a quota share must be an instance type of SageMaker."),
    ],
    [
      "one instance type twice",
      "[KNOWN] ours",
      quotaShare("new", { capacityLimits: [...limits(1), ...limits(1)] }),
      invalid("Duplicate capacity units."),
    ],
    [
      "a borrowLimit without borrowing",
      "[SDK] ours",
      quotaShare("new", { resourceSharingConfiguration: { strategy: "LEND", borrowLimit: 10 } }),
      invalid("borrowLimit can only be applied to quota shares with a strategy of LEND_AND_BORROW."),
    ],
    [
      "a borrowLimit of -2",
      "[SDK] ours",
      quotaShare("new", { resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: -2 } }),
      invalid("resourceSharingConfiguration.borrowLimit must be at least -1."),
    ],
    ["a missing queue", "[SDK] ours", quotaShare("new", { jobQueue: "none" }), invalid("JobQueue none not found.")],
    [
      "a queue of containers",
      "[UG] ours",
      quotaShare("new", { jobQueue: "q" }),
      invalid("JobQueue q is not of type SAGEMAKER_TRAINING."),
    ],
    [
      "one more",
      "[SDK]",
      quotaShare("new"),
      answered({ quotaShareName: "new", quotaShareArn: arn("job-queue/training/quota-share/new") }),
    ],
  ]),
  ...rowsOf("DescribeQuotaShare", [
    [
      "one that is there",
      "[SDK]",
      { quotaShareArn: team },
      answered({ jobQueueArn: arn("job-queue/training"), state: "ENABLED", status: "VALID", tags: {} }, [
        "statusReason",
        "resourceSharingConfiguration.borrowLimit",
      ]),
    ],
    ["one that is not there", "[KNOWN]", { quotaShareArn: `${team}s` }, refused(`${team}s does not exist`)],
  ]),
  ...rowsOf("ListQuotaShares", [
    [
      "of a queue",
      "[SDK]",
      { jobQueue: "training" },
      answered({ quotaShares: [{ quotaShareArn: team }] }, ["quotaShares.0.tags"]),
    ],
    ["no queue", "[SDK] ours", {}, invalid("jobQueue is required.")],
    [
      "101 at once",
      "[SDK] ours",
      { jobQueue: "training", maxResults: 101 },
      invalid("maxResults must be between 1 and 100."),
    ],
  ]),
  ...rowsOf("DeleteQuotaShare", [
    ["one that is ENABLED", "[SDK] ours", { quotaShareArn: team }, refused("Cannot delete, state should be DISABLED")],
  ]),
  after(
    "without a limit, who may borrow has none",
    "[SDK]",
    [
      {
        operation: "UpdateQuotaShare",
        input: { quotaShareArn: team, resourceSharingConfiguration: { strategy: "LEND_AND_BORROW" } },
        next: "at rest",
      },
    ],
    { operation: "DescribeQuotaShare", input: { quotaShareArn: team } },
    answered({ status: "VALID", resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: -1 } }),
  ),
  after(
    "a quota share that is UPDATING cannot be updated",
    "[KNOWN]",
    [{ operation: "UpdateQuotaShare", input: { quotaShareArn: team, state: "DISABLED" }, next: "at once" }],
    { operation: "UpdateQuotaShare", input: { quotaShareArn: team, state: "ENABLED" } },
    refused("Cannot update, resource is being modified"),
  ),
  after(
    "a DISABLED quota share takes no jobs",
    "[SDK] ours",
    disabled,
    { operation: "SubmitServiceJob", input: job({ quotaShareName: "team" }) },
    invalid("Quota share team is not in ENABLED state."),
  ),
  after(
    "a quota share goes once it is DISABLED",
    "[SDK]",
    [...disabled, { operation: "DeleteQuotaShare", input: { quotaShareArn: team }, next: "at rest" }],
    { operation: "DescribeQuotaShare", input: { quotaShareArn: team } },
    refused(`${team} does not exist`),
  ),
  ...rowsOf("SubmitServiceJob", [
    ["no quota share", "[SDK] ours", job({}), invalid("quotaShareName is required for JobQueue training.")],
    [
      "a quota share that is not there",
      "[KNOWN] ours",
      job({ quotaShareName: "none" }),
      invalid("Quota share none not found in JobQueue training."),
    ],
    [
      "an identifier of fair share, too",
      "[SDK] ours",
      job({ quotaShareName: "team", shareIdentifier: "a" }),
      invalid("shareIdentifier is not allowed for JobQueue training."),
    ],
  ]),
];
