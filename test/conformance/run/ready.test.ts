import { expect, test } from "vitest";
import { conform } from "../../../conformance/run/conform.ts";
import { fargate } from "../../simulator/account.ts";
import { request, simulated } from "../simulated.ts";

test("a run does not begin without credentials", async () => {
  const { ports, ended } = await simulated();
  const sts = async () => {
    throw new Error("Could not load credentials from any providers");
  };
  await expect(ended(conform(request(), { ...ports, account: { ...ports.account, sts } }))).rejects.toThrow(
    "no usable credentials: Could not load credentials from any providers\n" +
      "Give --profile, or what else the AWS CLI takes, e.g. AWS_PROFILE.",
  );
});

test("a run does not begin in a region without room for it", async () => {
  const { aws, ports, ended } = await simulated();
  for (let at = 0; at < 49; at++) await aws.outside.createComputeEnvironment(fargate(`theirs-${at}`));
  await expect(ended(conform(request({ only: "queue" }), ports))).rejects.toThrow(
    /of the region's 50 computeEnvironments, and 49 are there: take another region, or try fewer with --only/,
  );
});
