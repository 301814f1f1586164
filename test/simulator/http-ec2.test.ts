import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Ec2Api } from "../../src/aws/ec2.ts";
import { sdkEc2 } from "../../src/aws/ec2-sdk.ts";
import { throttled } from "../../src/simulator/faults.ts";
import type { ServedBatch } from "../../src/simulator/http.ts";
import { defaultVpc, play } from "../aws/ec2-script.ts";
import { sdkIn } from "../aws/given.ts";
import { account } from "./account.ts";
import { serveChecked } from "./checked-server.ts";

const { aws } = account();
let served: ServedBatch;
let ec2: Ec2Api & { close(): void };

beforeAll(async () => {
  served = await serveChecked(aws, { port: 0 });
});
beforeEach(() => {
  vi.stubEnv("AWS_ENDPOINT_URL", served.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "any");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
  ec2 = sdkEc2(sdkIn());
});
afterEach(() => {
  ec2.close();
  aws.faults.clear();
  vi.unstubAllEnvs();
});
afterAll(() => served.close());

describe("EC2's client over HTTP", () => {
  it("hears what the simulator says in the process", async () => {
    const inProcess = account();
    for (const one of [aws, inProcess.aws]) one.outside.describeNetwork(defaultVpc);
    const answers = await play(ec2);
    expect(answers).toEqual(await play(inProcess.aws.ec2));
    expect(answers.filter((line) => line.includes("Error"))).toEqual([]);
  });

  it("hears refusals with EC2's codes, and goes on", async () => {
    aws.faults.add({ fault: throttled, on: "DescribeVpcs", times: 1 });
    await expect(ec2.describeVpcs({})).rejects.toMatchObject({ $metadata: { httpStatusCode: 429 } });
    const gone = ec2.deleteSecurityGroup({ GroupId: "sg-gone" });
    await expect(gone).rejects.toMatchObject({
      name: "InvalidGroup.NotFound",
      message: "The security group 'sg-gone' does not exist",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("is refused what the simulator does not have", async () => {
    const body = "Action=TerminateInstances&Version=2016-11-15";
    const answer = await fetch(served.url, { method: "POST", body });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("InvalidAction")]);
    const odd = "Action=DescribeVpcs&Version=2016-11-15&Colour=red";
    expect(await (await fetch(served.url, { method: "POST", body: odd })).text()).toContain("UnknownParameter");
  });
});
