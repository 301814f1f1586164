import { expect, test } from "vitest";
import { askedBy } from "../../../../conformance/account/account.ts";
import type { Outcome } from "../../../../conformance/facts/compare.ts";
import { conform } from "../../../../conformance/run/conform.ts";
import type { Knobs } from "../../../../src/simulator/knobs.ts";
import { request, simulated } from "../../simulated.ts";

type Json = Record<string, unknown>;

/** What the account answers otherwise; undefined: as the simulator does. */
type Plant = (operation: string, input: Json, outcome: Outcome) => Outcome | undefined;

const refusedWith = (
  operation: string,
  part: string,
  change: (error: NonNullable<Outcome["error"]>) => object,
): Plant => {
  return (asked, _input, { error }) =>
    asked === operation && error?.message.includes(part) === true
      ? { error: { ...error, ...change(error) } }
      : undefined;
};

const answeredWith = (operation: string, change: (answer: Json) => Json | undefined): Plant => {
  return (asked, _input, { answer }) => {
    if (asked !== operation || answer === undefined) return undefined;
    const changed = change(structuredClone(answer) as Json);
    return changed === undefined ? undefined : { answer: changed };
  };
};

const first = (answer: Json, list: string): Json => (answer[list] as Json[])[0] ?? {};

/** Each: what is planted, how it is planted, and all lines of the report that it may cause. */
const inAnswers: readonly (readonly [string, Plant, readonly string[]])[] = [
  [
    "another text",
    refusedWith("CreateJobQueue", "Duplicate ComputeEnvironments", ({ message }) => ({
      message: message.replace("Duplicate ComputeEnvironments within order list.", "No environment twice."),
    })),
    [
      "CreateJobQueue: one environment twice: text: Duplicate ComputeEnvironments within order list., not No environment twice.",
    ],
  ],
  [
    "one space less in a text",
    refusedWith("DescribeJobs", "is  100 .", ({ message }) => ({ message: message.replace("is  100", "is 100") })),
    [
      "DescribeJobs: 101 jobs: text: Maximum number of jobs supported is  100 ., not Maximum number of jobs supported is 100 .",
    ],
  ],
  [
    "a refusal without Batch's wrapper",
    refusedWith("CreateJobQueue", "Only 3 environments", () => ({
      message: "Only 3 environments are allowed in job queue request.",
    })),
    ["CreateJobQueue: four environments: wrapper: Error executing request, Exception : …, not none"],
  ],
  [
    "another status",
    refusedWith("CreateQuotaShare", "Object already exists", () => ({ status: 400 })),
    ["CreateQuotaShare: the name of another in the queue: status: 409, not 400"],
  ],
  [
    "another exception",
    refusedWith("SubmitJob", "none not found", () => ({ name: "ServerException" })),
    ["SubmitJob: a missing queue: exception: ClientException, not ServerException"],
  ],
  [
    "another exception for what cannot be read",
    (operation, input, { error }) =>
      operation === "DescribeJobQueues" && error?.name === "SerializationException" && Array.isArray(input["jobQueues"])
        ? { error: { ...error, name: "ValidationException" } }
        : undefined,
    ["DescribeJobQueues: a name that is not text: exception: SerializationException, not ValidationException"],
  ],
  [
    "a refusal of what is believed to be taken",
    (operation, { priority }) =>
      operation === "CreateJobQueue" && Number(priority) > 1000
        ? { error: { name: "ClientException", status: 400, message: "priority is too large" } }
        : undefined,
    ["CreateJobQueue: a priority above 1000: exception: an answer, not 400 ClientException: priority is too large"],
  ],
  [
    "an answer where a refusal is believed",
    (operation, { tags }) =>
      operation === "TagResource" && Object.hasOwn(Object(tags) as object, "aws:a") ? { answer: {} } : undefined,
    [
      "TagResource: AWS's own prefix: exception: ClientException: Tag keys starting with aws: are reserved for AWS., not an answer",
    ],
  ],
  [
    "another default",
    answeredWith("DescribeComputeEnvironments", (answer) => {
      const text = JSON.stringify(answer);
      return text.includes("ECS_AL2023_NVIDIA")
        ? (JSON.parse(text.replaceAll("ECS_AL2023_NVIDIA", "ECS_AL2_NVIDIA")) as Json)
        : undefined;
    }),
    [
      "a GPU family is described with the image for it: computeEnvironments.0.computeResources.ec2Configuration.0.imageType: " +
        '"ECS_AL2023_NVIDIA", not "ECS_AL2_NVIDIA"',
    ],
  ],
  [
    "a missing member",
    answeredWith("DescribeJobDefinitions", (answer) => {
      const definition = first(answer, "jobDefinitions");
      if (definition["eksProperties"] === undefined) return undefined;
      delete definition["containerOrchestrationType"];
      return answer;
    }),
    ['a pod is described with what AWS fills in: jobDefinitions.0.containerOrchestrationType: "EKS", not nothing'],
  ],
  [
    "a member that should be absent",
    answeredWith("DescribeComputeEnvironments", (answer) => {
      const { computeEnvironmentName, computeResources } = first(answer, "computeEnvironments");
      if (!String(computeEnvironmentName).endsWith("-abc123-ec2")) return undefined;
      Object.assign(computeResources as Json, { bidPercentage: 100 });
      return answer;
    }),
    ["DescribeComputeEnvironments: EC2: computeEnvironments.0.computeResources.bidPercentage: nothing, not 100"],
  ],
  [
    "an entry too many",
    (operation, _input, { answer }) =>
      operation === "DescribeJobs" && answer !== undefined && "jobs" in answer && JSON.stringify(answer.jobs) === "[]"
        ? { answer: { jobs: [{ jobName: "ghost" }] } }
        : undefined,
    ['DescribeJobs: unknown jobs: jobs: [], not [{"jobName":"ghost"}]'],
  ],
  [
    "an entry that is missing",
    answeredWith("DescribeComputeEnvironments", ({ computeEnvironments }) => ({
      computeEnvironments: (computeEnvironments as Json[]).filter(({ status }) => status !== "DELETED"),
    })),
    ['what is deleted stays visible as DELETED: computeEnvironments: [{"status":"DELETED"}], not []'],
  ],
  [
    "another count",
    answeredWith("RegisterJobDefinition", (answer) =>
      answer["revision"] === 2 ? { ...answer, revision: 1 } : undefined,
    ),
    [
      "the same definition again is another revision: revision: 2, not 1",
      "revisions count on after all are INACTIVE: revision: 2, not 1",
    ],
  ],
  [
    "tags that replace others",
    answeredWith("ListTagsForResource", ({ tags }) => {
      const { a, ...rest } = tags as Json;
      return a === "1" && "b" in rest ? { tags: rest } : undefined;
    }),
    ['tags are merged into those that are there: tags.a: "1", not nothing'],
  ],
];

const inTimes: readonly (readonly [string, Partial<Knobs>, string])[] = [
  ["a relation of queue and environment that stays", { relationLagMs: 60_000 }, "relation slower"],
  ["a job that is listed late", { jobVisibleMs: 20_000 }, "job slower"],
  ["a role that is believed too early", { iamPropagationMs: 0 }, "role faster"],
  ["a queue that is slow to be VALID", { queueSettleMs: 30_000 }, "createQueue slower"],
  ["an environment that goes at once", { deleteEnvironmentMs: 10_000 }, "deleteEnvironment faster"],
];

interface Result {
  readonly facts: readonly {
    readonly fact: string;
    readonly kind: string;
    readonly why?: string;
    readonly differences?: readonly { where: string; expected: string; seen: string }[];
  }[];
  readonly times: readonly { readonly id: string; readonly verdict: string }[];
}

test("each of twenty planted differences is found and named, and nothing else", async () => {
  expect(inAnswers.length + inTimes.length).toBe(20);
  const knobs: Partial<Knobs> = Object.assign({}, ...inTimes.map(([, one]) => one));
  const { ports, written, ended } = await simulated(knobs);
  const account = askedBy(ports.account, (ask) => async (operation, input) => {
    const outcome = await ask(operation, input);
    return inAnswers.reduce((now, [, plant]) => plant(operation, input as Json, now) ?? now, outcome);
  });
  expect(await ended(conform(request(), { ...ports, account }))).toBe(1);
  const { facts, times } = JSON.parse([...written.values()][0] ?? "") as Result;
  const found = facts.flatMap(({ fact, kind, why, differences = [] }) =>
    kind === "agrees" || kind === "not tried"
      ? []
      : [`${fact}: ${why ?? differences.map((one) => `${one.where}: ${one.expected}, not ${one.seen}`).join("; ")}`],
  );
  expect(found.toSorted()).toEqual(inAnswers.flatMap(([, , lines]) => lines).toSorted());
  expect(
    times
      .filter(({ verdict }) => verdict !== "agrees")
      .map(({ id, verdict }) => `${id} ${verdict}`)
      .toSorted(),
  ).toEqual(inTimes.map(([, , line]) => line).toSorted());
});
