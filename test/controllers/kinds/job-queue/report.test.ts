import { expect, it } from "vitest";
import { report } from "../../../../src/controllers/kinds/job-queue/report.ts";
import { queue, seen } from "./given.ts";

it("has nothing of its own to report before there is a queue", () => {
  expect(report(seen())).toEqual({});
});

it("reports the queue as AWS has it, its order by number, and no request ids", () => {
  const statusReason = "CLIENT_ERROR - no (Service: AmazonECS; Request ID: 0a1b2c3d-4e5f-6789)";
  const result = report(
    seen({
      queue: queue([], {
        status: "INVALID",
        statusReason,
        computeEnvironmentOrder: [
          { order: 5, computeEnvironment: "arn:b" },
          { order: 2, computeEnvironment: "arn:a" },
        ],
      }),
    }),
  );
  expect(result).toEqual({
    arn: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_q",
    name: "team_q",
    state: "ENABLED",
    status: "INVALID",
    statusReason: "CLIENT_ERROR - no (Service: AmazonECS)",
    computeEnvironmentOrder: [
      { order: 2, computeEnvironment: "arn:a" },
      { order: 5, computeEnvironment: "arn:b" },
    ],
  });
});

it("leaves out what AWS does not show", () => {
  const bare = { state: undefined, status: undefined, statusReason: undefined };
  expect(report(seen({ queue: queue([], { ...bare, computeEnvironmentOrder: undefined }) }))).toStrictEqual({
    arn: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_q",
    name: "team_q",
    computeEnvironmentOrder: [],
  });
  const nothing = { order: undefined, computeEnvironment: undefined };
  const unnamed = queue([], { ...bare, computeEnvironmentOrder: [nothing, nothing] });
  expect(report(seen({ queue: unnamed }))["computeEnvironmentOrder"]).toEqual([
    { order: 0, computeEnvironment: "" },
    { order: 0, computeEnvironment: "" },
  ]);
});

it("reports the service environments of a queue, also where AWS leaves something out", () => {
  const serviceEnvironmentOrder = [
    { order: 1, serviceEnvironment: "arn:s" },
    { order: undefined, serviceEnvironment: undefined },
  ];
  expect(report(seen({ queue: queue([], { serviceEnvironmentOrder }) }))["serviceEnvironmentOrder"]).toEqual([
    { order: 1, serviceEnvironment: "arn:s" },
    { order: 0, serviceEnvironment: "" },
  ]);
});
