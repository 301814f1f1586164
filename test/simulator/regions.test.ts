import { BatchClient, DescribeJobDefinitionsCommand, RegisterJobDefinitionCommand } from "@aws-sdk/client-batch";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { expect, onTestFinished, test } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { serveBatch } from "../../src/simulator/http.ts";
import { signedRegion, simulatedRegions } from "../../src/simulator/regions.ts";
import { containerJob } from "./account.ts";

const options = { clock: new VirtualClock(), random: seededRandom(1), region: "us-east-1" };
const credentials = { accessKeyId: "any", secretAccessKey: "any" };

async function serve() {
  const served = await serveBatch(simulatedRegions({ ...options, knobs: { latencyMs: 0 } }), { port: 0 });
  onTestFinished(() => served.close());
  const settingsIn = (region: string) => ({ endpoint: served.url, region, credentials, maxAttempts: 1 });
  return { url: served.url, settingsIn };
}

async function definitionsIn(batch: BatchClient): Promise<readonly string[]> {
  const { jobDefinitions = [] } = await batch.send(new DescribeJobDefinitionsCommand({}));
  return jobDefinitions.map(({ jobDefinitionArn = "" }) => jobDefinitionArn);
}

test("a request goes to the region for which it is signed, and regions know nothing of each other", async () => {
  const { url, settingsIn } = await serve();
  const [here, there] = [new BatchClient(settingsIn("us-east-1")), new BatchClient(settingsIn("eu-west-1"))];
  await there.send(new RegisterJobDefinitionCommand(containerJob("train")));
  expect(await definitionsIn(here)).toEqual([]);
  expect(await definitionsIn(there)).toEqual(["arn:aws:batch:eu-west-1:123456789012:job-definition/train:1"]);
  const history = async (query: string) =>
    (await (await fetch(`${url}/_simulator/history${query}`)).json()) as unknown[];
  expect(await history("")).toHaveLength(0);
  expect(await history("?region=eu-west-1")).toHaveLength(1);
});

test("who has just written something reads it, as Terraform does", async () => {
  const { settingsIn } = await serve();
  const batch = new BatchClient(settingsIn("us-east-1"));
  const read: number[] = [];
  for (let count = 1; count <= 20; count++) {
    await batch.send(new RegisterJobDefinitionCommand(containerJob("train")));
    read.push((await definitionsIn(batch)).length - count);
  }
  expect(new Set(read)).toEqual(new Set([0]));
});

test("all regions share the roles of IAM", async () => {
  const { settingsIn } = await serve();
  const [here, there] = [new IAMClient(settingsIn("us-east-1")), new IAMClient(settingsIn("eu-west-1"))];
  await here.send(new CreateRoleCommand({ RoleName: "job", AssumeRolePolicyDocument: JSON.stringify(trust) }));
  expect((await there.send(new GetRoleCommand({ RoleName: "job" }))).Role?.Arn).toBe(
    "arn:aws:iam::123456789012:role/job",
  );
});

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

test("what does not name a region is refused, and so is a region too many", () => {
  const inRegion = simulatedRegions(options);
  expect(() => inRegion("nowhere")).toThrow("there is no region nowhere");
  for (let number = 1; number < 50; number++) expect(inRegion(`eu-west-${number}`).region).toBe(`eu-west-${number}`);
  expect(() => inRegion("eu-west-50")).toThrow("there is no region eu-west-50");
  expect(inRegion(undefined).region).toBe("us-east-1");
});

test("a request without a signature names no region", () => {
  expect(signedRegion(undefined)).toBeUndefined();
  expect(signedRegion("Bearer x")).toBeUndefined();
  expect(
    signedRegion("AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/batch/aws4_request, SignedHeaders=host"),
  ).toBe("eu-west-1");
});
