import { expect, it } from "vitest";
import type { Outcome } from "../../conformance/facts/compare.ts";
import type { Call } from "../../conformance/facts/row.ts";
import { type Rest, untilAtRest } from "../../conformance/rest.ts";

type Reading = readonly [fromMs: number, outcome: Outcome];

const environments = (...found: readonly object[]): Outcome => ({ answer: { computeEnvironments: found } });
const is = (status: string): Outcome => environments({ status });
const refusal = (message: string): Outcome => ({ error: { name: "ClientException", status: 400, message } });
const call = (operation: string, input: object): Call => ({ operation, input });
const creation = call("CreateComputeEnvironment", { computeEnvironmentName: "ce" });
const update = call("UpdateComputeEnvironment", { computeEnvironment: "ce" });
const deletion = call("DeleteComputeEnvironment", { computeEnvironment: "ce" });
const shareArn = "arn:aws:batch:us-east-1:123456789012:job-queue/training/quota-share/team";

/** Waits while reads answer what `readings` says from their times on. */
async function waited(
  after: Call,
  ...readings: readonly Reading[]
): Promise<{ rest: Rest | undefined; asked: Call[] }> {
  let nowMs = 0;
  const asked: Call[] = [];
  const ask = (operation: string, input: object): Promise<Outcome> => {
    asked.push({ operation, input });
    const reading = readings.findLast(([fromMs]) => fromMs <= nowMs);
    return Promise.resolve(reading?.[1] ?? {});
  };
  const pause = (milliseconds: number): Promise<void> => {
    nowMs += milliseconds;
    return Promise.resolve();
  };
  return { rest: await untilAtRest(after, ask, { now: () => nowMs, pause }), asked };
}

it.each<[string, Call, readonly Reading[], Rest]>([
  [
    "a creation is at rest once it is VALID",
    creation,
    [
      [0, is("CREATING")],
      [3000, is("VALID")],
    ],
    { status: "VALID", afterMs: 3000 },
  ],
  [
    "a creation is at rest once it is INVALID",
    creation,
    [
      [0, is("CREATING")],
      [3000, is("INVALID")],
    ],
    { status: "INVALID", afterMs: 3000 },
  ],
  [
    "a creation that no read shows yet is not gone",
    creation,
    [
      [0, environments()],
      [7000, is("VALID")],
    ],
    { status: "VALID", afterMs: 7000 },
  ],
  [
    "an update that a read does not show yet is not over",
    update,
    [
      [0, is("VALID")],
      [2000, is("UPDATING")],
      [6000, is("VALID")],
    ],
    { status: "VALID", afterMs: 6000 },
  ],
  [
    "a deletion is at rest once it is not described",
    deletion,
    [
      [0, is("DELETING")],
      [5000, environments()],
    ],
    { status: "gone", afterMs: 5000 },
  ],
  [
    "a deletion is at rest once it is DELETED",
    deletion,
    [
      [0, is("DELETING")],
      [5000, is("DELETED")],
    ],
    { status: "DELETED", afterMs: 5000 },
  ],
  [
    "a quota share is gone when AWS says that it does not exist",
    call("DeleteQuotaShare", { quotaShareArn: shareArn }),
    [
      [0, { answer: { status: "DELETING" } }],
      [2000, refusal(`${shareArn} does not exist`)],
    ],
    { status: "gone", afterMs: 2000 },
  ],
])("%s", async (_name, after, readings, rest) => {
  expect((await waited(after, ...readings)).rest).toEqual(rest);
});

it.each<[Call, Call]>([
  [creation, call("DescribeComputeEnvironments", { computeEnvironments: ["ce"] })],
  [deletion, call("DescribeComputeEnvironments", { computeEnvironments: ["ce"] })],
  [
    call("UpdateServiceEnvironment", { serviceEnvironment: "types", state: "DISABLED" }),
    call("DescribeServiceEnvironments", { serviceEnvironments: ["types"] }),
  ],
  [call("UpdateJobQueue", { jobQueue: "q" }), call("DescribeJobQueues", { jobQueues: ["q"] })],
])("asks for that alone which $operation has changed", async (after, read) => {
  const member = Object.keys(read.input)[0] ?? "";
  const { asked } = await waited(after, [0, { answer: { [member]: [{ status: "VALID" }] } }]);
  expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(read)]));
});

it("asks for a quota share by its ARN alone", async () => {
  const change = call("UpdateQuotaShare", { quotaShareArn: shareArn, state: "DISABLED" });
  const { asked } = await waited(change, [0, { answer: { status: "VALID" } }]);
  expect(asked.at(0)).toEqual(call("DescribeQuotaShare", { quotaShareArn: shareArn }));
});

it.each([
  call("RegisterJobDefinition", { jobDefinitionName: "d" }),
  call("TagResource", { resourceArn: "arn" }),
  call("SubmitJob", { jobName: "j" }),
])("asks nothing after $operation, which moves nothing", async (after) => {
  expect(await waited(after)).toEqual({ rest: undefined, asked: [] });
});

it("ends with AWS's words when a read is refused", async () => {
  await expect(waited(creation, [0, refusal("not authorized")])).rejects.toThrow("ClientException: not authorized");
});

it.each([
  ["CREATING", is("CREATING")],
  ["gone", environments()],
])("gives up a creation that is %s after 45 minutes", async (status, outcome) => {
  await expect(waited(creation, [0, outcome])).rejects.toThrow(
    `DescribeComputeEnvironments still says ${status} after 45 minutes`,
  );
});
