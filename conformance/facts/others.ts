import { fargate, queue } from "./inputs.ts";
import { after, answered, invalid, type Row, refused, rowsOf, unreadable } from "./row.ts";
import { arn, onEc2 } from "./stage.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at}`);
const shares = (...shareDistribution: readonly object[]): object => ({
  name: "new",
  fairsharePolicy: { shareDistribution },
});
const policy = arn("scheduling-policy/fair");
const pages = ["DescribeComputeEnvironments", "DescribeJobQueues", "DescribeJobDefinitions", "ListSchedulingPolicies"];
const lists = {
  DescribeComputeEnvironments: "computeEnvironments",
  DescribeJobQueues: "jobQueues",
  DescribeJobDefinitions: "jobDefinitions",
  DescribeSchedulingPolicies: "arns",
};
const manyTags = (count: number): object => Object.fromEntries(names(count).map((name) => [name, ""]));

/** Scheduling policies, tags, pages, and what AWS cannot read. */
export const otherRows: readonly Row[] = [
  ...rowsOf("CreateSchedulingPolicy", [
    [
      "both kinds",
      "[CP]",
      { name: "new", fairsharePolicy: {}, quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } },
      invalid("A scheduling policy can have either fairsharePolicy or quotaSharePolicy, but not both."),
    ],
    [
      "one share twice",
      "[CP]",
      shares({ shareIdentifier: "a" }, { shareIdentifier: "a" }),
      invalid("Cannot have two or more identical shareIdentifiers."),
    ],
    [
      "a share with a dot",
      "[CP]",
      shares({ shareIdentifier: "a.b" }),
      invalid("ShareIdentifier name should match a valid pattern."),
    ],
    [
      "501 shares",
      "[CP]",
      shares(...names(501).map((shareIdentifier) => ({ shareIdentifier }))),
      invalid("ShareDistribution size cannot be greater than 500."),
    ],
    [
      "a weight of 0",
      "[SDK] ours",
      shares({ shareIdentifier: "a", weightFactor: 0 }),
      invalid("fairsharePolicy.shareDistribution[0].weightFactor must be between 0.0001 and 999.9999."),
    ],
    ["a weight of 0.5", "[SDK]", shares({ shareIdentifier: "a", weightFactor: 0.5 }), answered({ name: "new" })],
    [
      "a share without name",
      "[SDK] ours",
      shares({}),
      invalid("fairsharePolicy.shareDistribution[0].shareIdentifier is required."),
    ],
    [
      "a decay of more than a week",
      "[SDK] ours",
      { name: "new", fairsharePolicy: { shareDecaySeconds: 604_801 } },
      invalid("fairsharePolicy.shareDecaySeconds must be between 0 and 604800."),
    ],
    [
      "a reservation of 100",
      "[SDK] ours",
      { name: "new", fairsharePolicy: { computeReservation: 100 } },
      invalid("fairsharePolicy.computeReservation must be between 0 and 99."),
    ],
    [
      "a strategy that is none",
      "[CP]",
      { name: "new", quotaSharePolicy: { idleResourceAssignmentStrategy: "JUNK" } },
      invalid("Idle resource assignment strategy must be one of [FIFO]."),
    ],
  ]),
  ...rowsOf("DeleteSchedulingPolicy", [
    [
      "one that a queue uses",
      "[SDK] ours",
      { arn: policy },
      refused("Cannot delete, scheduling policy is in use by a job queue"),
    ],
    ["no arn", "[SDK] ours", {}, invalid("arn is required.")],
  ]),
  ...rowsOf("TagResource", [
    [
      "51 tags",
      "[BC] ours",
      { resourceArn: policy, tags: manyTags(51) },
      invalid("tags must have between 1 and 50 entries."),
    ],
    ["no tags", "[BC] ours", { resourceArn: policy, tags: {} }, invalid("tags must have between 1 and 50 entries.")],
    [
      "AWS's own prefix",
      "[KNOWN] ours",
      { resourceArn: policy, tags: { "aws:a": "" } },
      invalid("Tag keys starting with aws: are reserved for AWS."),
    ],
    [
      "what is missing",
      "[KNOWN]",
      { resourceArn: arn("job-queue/none"), tags: { a: "" } },
      refused(`${arn("job-queue/none")} does not exist`),
    ],
    [
      "a tag that is not text",
      "coral",
      { resourceArn: policy, tags: { a: 1 } },
      unreadable("NUMBER_VALUE can not be converted to a String"),
    ],
  ]),
  after(
    "tags are merged into those that are there",
    "[SDK] 1.8",
    [
      { operation: "TagResource", input: { resourceArn: policy, tags: { a: "1", b: "2" } }, next: "at once" },
      { operation: "TagResource", input: { resourceArn: policy, tags: { b: "3" } }, next: "at once" },
    ],
    { operation: "ListTagsForResource", input: { resourceArn: policy } },
    answered({ tags: { a: "1", b: "3" } }),
  ),
  after(
    "a tag change alone touches no status",
    "[INF] 3.2",
    [
      {
        operation: "TagResource",
        input: { resourceArn: arn("compute-environment/ec2"), tags: { a: "1" } },
        next: "at once",
      },
    ],
    { operation: "DescribeComputeEnvironments", input: { computeEnvironments: ["ec2"] } },
    answered({ computeEnvironments: [{ status: "VALID", tags: { a: "1" } }] }),
  ),
  ...pages.flatMap((operation) =>
    rowsOf(operation, [
      ...([-1, 0, 101] as const).map(
        (maxResults) =>
          [
            `maxResults ${maxResults}`,
            "[SDK] ours",
            { maxResults },
            invalid("maxResults must be between 1 and 100."),
          ] as const,
      ),
      ["a token that is none", "[KNOWN] ours", { nextToken: "junk" }, invalid("nextToken is not valid.")],
    ]),
  ),
  ...Object.entries(lists).flatMap(([operation, member]) =>
    rowsOf(operation, [
      ["101 names", "[SDK] ours", { [member]: names(101) }, invalid(`${member} must have at most 100 entries.`)],
      [
        "a name that is not text",
        "coral",
        { [member]: [1] },
        unreadable("NUMBER_VALUE can not be converted to a String"),
      ],
      [
        "a text for the list of names",
        "coral",
        { [member]: "n" },
        unreadable("STRING_VALUE can not be converted to a list"),
      ],
    ]),
  ),
  ...rowsOf("CreateComputeEnvironment", [
    [
      "serviceRole as a structure",
      "coral",
      { ...fargate("new"), serviceRole: { arn: "a" } },
      unreadable("START_OBJECT can not be converted to a String"),
    ],
    [
      "maxvCpus as a text",
      "coral",
      { computeEnvironmentName: "new", type: "MANAGED", computeResources: { type: "FARGATE", maxvCpus: "x" } },
      unreadable("STRING_VALUE can not be converted to an Integer"),
    ],
    [
      "maxvCpus of 1.5",
      "coral",
      { computeEnvironmentName: "new", type: "MANAGED", computeResources: { type: "FARGATE", maxvCpus: 1.5 } },
      unreadable("NUMBER_VALUE can not be converted to an Integer"),
    ],
    [
      "maxvCpus beyond 32 bits",
      "coral",
      { computeEnvironmentName: "new", type: "MANAGED", computeResources: { type: "FARGATE", maxvCpus: 2 ** 31 } },
      unreadable("NUMBER_VALUE can not be converted to an Integer"),
    ],
    [
      "a member that Batch does not have",
      "coral: unknown members are ignored",
      { ...fargate("new"), junk: { a: 1 } },
      answered({ computeEnvironmentName: "new" }),
    ],
    [
      "null for an optional member",
      "coral: null is absent",
      { ...fargate("new"), serviceRole: null, tags: null },
      answered({ computeEnvironmentName: "new" }),
    ],
  ]),
  ...rowsOf("CreateJobQueue", [
    [
      "priority as a text",
      "coral",
      { ...queue("new", "ec2"), priority: "x" },
      unreadable("STRING_VALUE can not be converted to an Integer"),
    ],
  ]),
  ...rowsOf("SubmitJob", [
    [
      "dependsOn as a text",
      "coral",
      { jobName: "a", jobQueue: "q", jobDefinition: "container", dependsOn: "b" },
      unreadable("STRING_VALUE can not be converted to a list"),
    ],
  ]),
  ...rowsOf("RegisterJobDefinition", [
    [
      "a Boolean as a text",
      "coral",
      onEc2({ privileged: "true" as never }),
      unreadable("STRING_VALUE can not be converted to a Boolean"),
    ],
    [
      "a text for a map",
      "coral",
      { ...onEc2(), parameters: "a" },
      unreadable("STRING_VALUE can not be converted to a map"),
    ],
  ]),
];
