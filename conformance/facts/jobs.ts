import { after, answered, anyNumber, invalid, type Row, refused, rowsOf } from "./row.ts";
import { arn } from "./stage.ts";

const job = (change: object = {}): object => ({
  jobName: "job",
  jobQueue: "q",
  jobDefinition: "container",
  ...change,
});
const missing = "00000000-0000-4000-8000-000000000000";
const uuids = Array.from({ length: 101 }, () => missing);

/** A job is submitted, found by the list of its queue, and described by the runner: `jobs: ["$jobId"]`. */
function described(id: string, source: string, submission: object, has: object): Row {
  return after(
    id,
    source,
    [{ operation: "SubmitJob", input: job(submission), next: "at once" }],
    { operation: "DescribeJobs", input: { jobs: ["$jobId"] } },
    answered({ jobs: [has] }),
  );
}

/** What AWS says to jobs, and how it describes them. */
export const jobRows: readonly Row[] = [
  ...rowsOf("SubmitJob", [
    ["a missing queue", "[GH batchit 13]", job({ jobQueue: "none" }), invalid("JobQueue none not found.")],
    [
      "a missing definition",
      "[GH refinebio 2887]",
      job({ jobDefinition: "none" }),
      invalid("JobDefinition name none does not exist or is not in ACTIVE status"),
    ],
    [
      "a name with a dot",
      "[GH] report of a real account",
      job({ jobName: "a.b" }),
      invalid("Job name should match valid pattern"),
    ],
    [
      "a definition for EC2 on a queue of Fargate",
      "[GH] three public reports",
      job({ jobQueue: "fargate-q" }),
      refused("Job Queue is attached to Compute Environment that can not run Jobs with capability EC2"),
    ],
    [
      "a definition for Fargate on a queue of EC2",
      "[GH] the same text, by analogy",
      job({ jobDefinition: "on-fargate" }),
      refused("Job Queue is attached to Compute Environment that can not run Jobs with capability FARGATE"),
    ],
    ["no name", "[SDK] ours", { jobQueue: "q", jobDefinition: "container" }, invalid("jobName is required.")],
    [
      "a share missing on a fair-share queue",
      "[KNOWN] ours",
      job({ jobQueue: "fair" }),
      invalid("shareIdentifier is required."),
    ],
    [
      "a priority missing on a fair-share queue",
      "[GH nextflow 3505]",
      job({ jobQueue: "fair", shareIdentifier: "a" }),
      invalid("Either schedulingPriority in job definition or schedulingPriorityOverride should be specified."),
    ],
    ...(["shareIdentifier", "schedulingPriorityOverride"] as const).map(
      (member) =>
        [
          `${member} on a FIFO queue`,
          "[GH] report of a real account",
          job({ [member]: member === "shareIdentifier" ? "a" : 1 }),
          refused(
            "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
          ),
        ] as const,
    ),
    [
      "an array of one",
      "[SDK] ours",
      job({ arrayProperties: { size: 1 } }),
      invalid("arrayProperties.size must be between 2 and 10000."),
    ],
    [
      "21 dependencies",
      "[SDK] ours",
      job({ dependsOn: uuids.slice(0, 21).map((jobId) => ({ jobId })) }),
      invalid("dependsOn must have at most 20 entries."),
    ],
    [
      "a dependency of a type that is none",
      "[SDK] ours",
      job({ dependsOn: [{ type: "JUNK" }] }),
      invalid("dependsOn[0].type must be one of [N_TO_N, SEQUENTIAL]."),
    ],
    [
      "a time-out of 59 seconds",
      "[CP]",
      job({ timeout: { attemptDurationSeconds: 59 } }),
      invalid("AttemptDurationSeconds in Timeout must be at least 60 seconds."),
    ],
    [
      "overrides of a container for a task",
      "[SDK] ours",
      job({ jobDefinition: "task", containerOverrides: { command: ["a"] } }),
      invalid("containerOverrides is not applicable for this job definition."),
    ],
    [
      "tags of a pod that propagate",
      "[SDK] ours",
      job({ jobDefinition: "pod", propagateTags: true }),
      invalid("propagateTags is not applicable for EKS."),
    ],
  ]),
  after(
    "SubmitJob: a DISABLED queue",
    "[SDK] ours",
    [{ operation: "UpdateJobQueue", input: { jobQueue: "q", state: "DISABLED" }, next: "at rest" }],
    { operation: "SubmitJob", input: job() },
    invalid("JobQueue q is not in ENABLED state."),
  ),
  after(
    "SubmitJob: an INACTIVE revision",
    "[GH refinebio 2887]",
    [{ operation: "DeregisterJobDefinition", input: { jobDefinition: "container:1" }, next: "at once" }],
    { operation: "SubmitJob", input: job({ jobDefinition: "container:1" }) },
    invalid("JobDefinition name container:1 does not exist or is not in ACTIVE status"),
  ),
  ...rowsOf("DescribeJobs", [
    ["101 jobs", "[GH pegasus 2086]", { jobs: uuids }, invalid("Maximum number of jobs supported is  100 .")],
    ["unknown jobs", "[KNOWN]", { jobs: [missing] }, answered({ jobs: [] })],
    ["no jobs", "[SDK] ours", {}, invalid("jobs is required.")],
  ]),
  ...rowsOf("ListJobs", [
    ["of nothing", "[SDK] ours", {}, invalid("Exactly one of jobQueue, arrayJobId and multiNodeJobId must be given.")],
    [
      "a status that is none",
      "[SDK] ours",
      { jobQueue: "q", jobStatus: "JUNK" },
      invalid("jobStatus must be one of [FAILED, PENDING, RUNNABLE, RUNNING, STARTING, SUBMITTED, SUCCEEDED]."),
    ],
    [
      "maxResults 1001",
      "[SDK] ours",
      { jobQueue: "q", maxResults: 1001 },
      invalid("maxResults must be between 1 and 1000."),
    ],
    [
      "two filters",
      "[SDK] ours",
      {
        jobQueue: "q",
        filters: [
          { name: "JOB_NAME", values: ["a"] },
          { name: "JOB_NAME", values: ["b"] },
        ],
      },
      invalid("filters must have at most 1 entries."),
    ],
  ]),
  ...rowsOf("CancelJob", [
    ["an unknown job", "[KNOWN]", { jobId: missing, reason: "why" }, answered()],
    ["no reason", "[SDK] ours", { jobId: missing }, invalid("reason is required.")],
    [
      "a reason of 1025 characters",
      "[SDK] ours",
      { jobId: missing, reason: "a".repeat(1025) },
      invalid("reason must have at most 1024 characters."),
    ],
  ]),
  ...rowsOf("TerminateJob", [["no reason", "[SDK] ours", { jobId: missing }, invalid("reason is required.")]]),
  after(
    "a list shows what RUNS when it names no status",
    "[SDK] 1.4",
    [{ operation: "SubmitJob", input: job(), next: "at once" }],
    { operation: "ListJobs", input: { jobQueue: "q" } },
    answered({ jobSummaryList: [] }),
  ),
  described(
    "a job is described with what AWS fills in",
    "[SDK] 2.4",
    {},
    {
      jobName: "job",
      jobQueue: arn("job-queue/q"),
      jobDefinition: arn("job-definition/container:1"),
      createdAt: anyNumber,
      startedAt: 0,
      attempts: [],
      dependsOn: [],
      parameters: {},
      tags: {},
      platformCapabilities: [],
    },
  ),
  described(
    "variables and resources of overrides are merged by name and type",
    "[UG][MOTO] 0.1 row 13",
    {
      containerOverrides: {
        command: ["false"],
        environment: [
          { name: "B", value: "two" },
          { name: "C", value: "3" },
        ],
        resourceRequirements: [{ type: "MEMORY", value: "1024" }],
      },
    },
    {
      container: {
        command: ["false"],
        environment: [
          { name: "A", value: "1" },
          { name: "B", value: "two" },
          { name: "C", value: "3" },
        ],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "1024" },
        ],
      },
    },
  ),
  described(
    "deprecated overrides do not beat resource requirements",
    "[SDK] ContainerOverrides.vcpus",
    {
      containerOverrides: { vcpus: 4 },
    },
    {
      container: {
        vcpus: 4,
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "512" },
        ],
      },
    },
  ),
  described(
    "overrides of a task are merged into the container of the name",
    "[SDK] EcsPropertiesOverride",
    {
      jobDefinition: "task",
      ecsPropertiesOverride: {
        taskProperties: [
          { containers: [{ name: "main", command: ["x"], environment: [{ name: "B", value: "two" }] }] },
        ],
      },
    },
    {
      ecsProperties: {
        taskProperties: [
          {
            containers: [
              {
                name: "main",
                command: ["x"],
                environment: [
                  { name: "A", value: "1" },
                  { name: "B", value: "two" },
                ],
              },
              { name: "side", environment: [] },
            ],
          },
        ],
      },
    },
  ),
  described(
    "overrides of a pod are merged into the container of the name",
    "[SDK] EksPropertiesOverride",
    {
      jobDefinition: "pod",
      eksPropertiesOverride: {
        podProperties: {
          containers: [{ name: "main", image: "other", env: [{ name: "A", value: "one" }] }],
          metadata: { labels: { team: "a" } },
        },
      },
    },
    {
      eksProperties: {
        podProperties: {
          metadata: { labels: { team: "a" } },
          containers: [
            {
              image: "other",
              args: ["a"],
              env: [
                { name: "A", value: "one" },
                { name: "B", value: "2" },
              ],
            },
          ],
        },
      },
    },
  ),
  described(
    "overrides of nodes change their number and their containers",
    "[SDK] NodeOverrides",
    {
      jobDefinition: "nodes",
      nodeOverrides: {
        numNodes: 4,
        nodePropertyOverrides: [{ targetNodes: "0:1", containerOverrides: { command: ["x"] } }],
      },
    },
    {
      nodeProperties: { numNodes: 4, nodeRangeProperties: [{ container: { image: "busybox", command: ["x"] } }] },
    },
  ),
  described("tags propagate as the definition says", "[SDK] propagateTags", {}, { propagateTags: true }),
  described(
    "tags propagate as the job says",
    "[SDK] propagateTags",
    { propagateTags: false },
    { propagateTags: false },
  ),
];
