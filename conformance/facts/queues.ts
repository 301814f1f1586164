import { queue } from "./inputs.ts";
import { after, answered, type Call, invalid, type Row, refused, rowsOf, type Step } from "./row.ts";
import { arn } from "./stage.ts";

const notReady = "Compute Environments must be created and valid before attaching them to a job queue";
const order = (...environments: readonly string[]): object => ({
  computeEnvironmentOrder: queue("q", ...environments).computeEnvironmentOrder,
});
const limit = (change: object = {}): object => ({
  ...queue("new", "ec2"),
  jobStateTimeLimitActions: [
    {
      reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
      state: "RUNNABLE",
      maxTimeSeconds: 600,
      action: "CANCEL",
      ...change,
    },
  ],
});
const twice = [...(limit() as { jobStateTimeLimitActions: object[] }).jobStateTimeLimitActions];
const described: Call = { operation: "DescribeJobQueues", input: { jobQueues: ["new"] } };
const one = (member: object): object => ({ jobQueues: [member] });
const disabled = (jobQueue: string, next: Step["next"]): Row["first"] => [
  { operation: "UpdateJobQueue", input: { jobQueue, state: "DISABLED" }, next },
];

/** What AWS says to queues, and how it describes them. */
export const queueRows: readonly Row[] = [
  ...rowsOf("CreateJobQueue", [
    ["a name with a dot", "[CP]", queue("a.b", "ec2"), invalid("Job Queue name should match a valid pattern.")],
    ["the name of a live queue", "[AL]", queue("q", "ec2"), refused("Object already exists", 409)],
    ["no priority", "[SDK] ours", { jobQueueName: "new", ...order("ec2") }, invalid("priority is required.")],
    ["no name", "[SDK] ours", { priority: 1, ...order("ec2") }, invalid("jobQueueName is required.")],
    ["no environments", "[CP]", queue("new"), invalid("computeEnvironmentOrder is required.")],
    [
      "four environments",
      "[CP]",
      queue("new", "ec2", "best-fit", "custom", "arm"),
      invalid("Only 3 environments are allowed in job queue request."),
    ],
    ["a missing environment", "[CP][AL]", queue("new", "none"), invalid(notReady)],
    [
      "one environment twice",
      "[CP]",
      queue("new", "ec2", "ec2"),
      invalid("Duplicate ComputeEnvironments within order list."),
    ],
    [
      "one place twice",
      "[CP]",
      {
        ...queue("new"),
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: "ec2" },
          { order: 1, computeEnvironment: "custom" },
        ],
      },
      invalid("Duplicate ComputeEnvironment order values."),
    ],
    [
      "EC2 next to Fargate",
      "[CP]",
      queue("new", "ec2", "fargate"),
      invalid("Fargate and EC2 compute environments can not be mixed."),
    ],
    [
      "EKS next to ECS",
      "[SDK] ours",
      queue("new", "ec2", "eks"),
      invalid("EKS and ECS compute environments can not be mixed."),
    ],
    [
      "arm next to x86",
      "[SDK] ours",
      queue("new", "ec2", "arm"),
      invalid("Compute environments of a job queue must share one architecture."),
    ],
    [
      "type EKS over ECS",
      "[CP]",
      { ...queue("new", "ec2"), jobQueueType: "EKS" },
      invalid("EKS job queue type must have EKS compute environment."),
    ],
    [
      "type SAGEMAKER_TRAINING",
      "[CP]",
      { ...queue("new", "ec2"), jobQueueType: "SAGEMAKER_TRAINING" },
      invalid("Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder."),
    ],
    [
      "a missing service environment",
      "[CP]",
      { ...queue("new"), serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "none" }] },
      invalid("Service environments must be created and valid before attaching them to a job queue."),
    ],
    [
      "a missing policy",
      "[CP]",
      { ...queue("new", "ec2"), schedulingPolicyArn: arn("scheduling-policy/none") },
      invalid(`SchedulingPolicy ${arn("scheduling-policy/none")} not found.`),
    ],
    [
      "a quota policy",
      "[CP]",
      { ...queue("new", "ec2"), schedulingPolicyArn: arn("scheduling-policy/quota") },
      invalid("Quota Management feature is only supported for SageMaker Training job queues."),
    ],
    [
      "a time limit that terminates",
      "[CP]",
      limit({ action: "TERMINATE" }),
      invalid("Invalid job action. Valid job actions: [CANCEL]"),
    ],
    [
      "a time limit with an action that is none",
      "[CP]",
      limit({ action: "JUNK" }),
      invalid("Invalid job action. Valid job actions: [CANCEL]"),
    ],
    [
      "a time limit in another state",
      "[SDK] ours",
      limit({ state: "RUNNING" }),
      invalid("jobStateTimeLimitActions[0].state must be one of [RUNNABLE]."),
    ],
    [
      "a time limit of 599 seconds",
      "[SDK] ours",
      limit({ maxTimeSeconds: 599 }),
      invalid("jobStateTimeLimitActions[0].maxTimeSeconds must be between 600 and 86400."),
    ],
    [
      "a time limit of 86401 seconds",
      "[SDK] ours",
      limit({ maxTimeSeconds: 86_401 }),
      invalid("jobStateTimeLimitActions[0].maxTimeSeconds must be between 600 and 86400."),
    ],
    [
      "a time limit without reason",
      "[SDK] ours",
      limit({ reason: null }),
      invalid("jobStateTimeLimitActions[0].reason is required."),
    ],
    [
      "one time limit twice",
      "[CP]",
      { ...queue("new", "ec2"), jobStateTimeLimitActions: [...twice, ...twice] },
      invalid("Duplicate job state limit actions are not allowed."),
    ],
    [
      "a state that is none",
      "[SDK] ours",
      { ...queue("new", "ec2"), state: "JUNK" },
      invalid("state must be one of [DISABLED, ENABLED]."),
    ],
    ["a priority above 1000", "[CFN] 0.1 row 4: not refused", { ...queue("new", "ec2"), priority: 1001 }, answered()],
    ["an environment by ARN", "[SDK]", queue("new", arn("compute-environment/ec2")), answered({ jobQueueName: "new" })],
  ]),
  ...rowsOf("UpdateJobQueue", [
    [
      "an empty order",
      "[CP]",
      { jobQueue: "q", computeEnvironmentOrder: [] },
      invalid("computeEnvironmentOrder is required."),
    ],
    [
      "a policy for a FIFO queue",
      "[TF]",
      { jobQueue: "q", schedulingPolicyArn: arn("scheduling-policy/fair") },
      refused("Only fairshare queue can have scheduling policy"),
    ],
    ["one that is missing", "[GH]", { jobQueue: "none" }, refused(`${arn("job-queue/none")} does not exist`)],
    [
      "EC2 for Fargate",
      "[CP]",
      { jobQueue: "fargate-q", ...order("ec2") },
      invalid("ECS_FARGATE job queue type must have ECS_FARGATE compute environment."),
    ],
  ]),
  ...rowsOf("DeleteJobQueue", [
    ["while ENABLED", "[SDK] ours", { jobQueue: "q" }, refused("Cannot delete, state should be DISABLED")],
  ]),
  after(
    "DeleteJobQueue: while UPDATING",
    "[GH]",
    disabled("q", "at once"),
    { operation: "DeleteJobQueue", input: { jobQueue: "q" } },
    refused("Cannot delete, resource is being modified"),
  ),
  after(
    "UpdateJobQueue: while UPDATING",
    "[GH] ours",
    disabled("q", "at once"),
    { operation: "UpdateJobQueue", input: { jobQueue: "q", priority: 2 } },
    refused("Cannot update, resource is being modified"),
  ),
  after(
    "UpdateJobQueue: while DELETING",
    "[GH]",
    [...disabled("q", "at rest"), { operation: "DeleteJobQueue", input: { jobQueue: "q" }, next: "at once" }],
    { operation: "UpdateJobQueue", input: { jobQueue: "q", priority: 2 } },
    refused(`${arn("job-queue/q")} does not exist`),
  ),
  after(
    "a queue is described with what AWS fills in",
    "[SDK][UG][TF] 4.4",
    [{ operation: "CreateJobQueue", input: queue("new", "ec2"), next: "at rest" }],
    described,
    answered(
      one({
        jobQueueArn: arn("job-queue/new"),
        state: "ENABLED",
        status: "VALID",
        statusReason: "JobQueue Healthy",
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: arn("compute-environment/ec2") }],
        serviceEnvironmentOrder: [],
        jobQueueType: "ECS",
        jobStateTimeLimitActions: [],
        tags: {},
      }),
      ["jobQueues.0.schedulingPolicyArn"],
    ),
  ),
  after(
    "a queue may be created DISABLED",
    "[SDK][TF] 2.2",
    [{ operation: "CreateJobQueue", input: { ...queue("new", "ec2"), state: "DISABLED" }, next: "at rest" }],
    described,
    answered(one({ state: "DISABLED", status: "VALID" })),
  ),
  after(
    "an update that leaves the policy out keeps it",
    "[TF] 4.2",
    [{ operation: "UpdateJobQueue", input: { jobQueue: "fair", priority: 3 }, next: "at rest" }],
    { operation: "DescribeJobQueues", input: { jobQueues: ["fair"] } },
    answered(one({ priority: 3, schedulingPolicyArn: arn("scheduling-policy/fair") })),
  ),
];
