import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Ec2Api } from "../../../src/aws/ec2.ts";
import { sdkEc2 } from "../../../src/aws/ec2-sdk.ts";
import { defaultVpc, play } from "../../aws/ec2-script.ts";
import { sdkIn } from "../../aws/given.ts";
import { account } from "../../simulator/account.ts";
import { type Moto, startMoto } from "../control-plane/moto.ts";

/** EC2 of the operator: the same calls to an EC2 that was not written here and to the simulator's. */
let moto: Moto;
let ec2: Ec2Api & { close(): void };

beforeAll(async () => {
  moto = await startMoto();
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: moto.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  })) {
    vi.stubEnv(name, value);
  }
  ec2 = sdkEc2(sdkIn());
});

afterAll(async () => {
  ec2?.close();
  await moto?.stop();
  vi.unstubAllEnvs();
});

test("EC2 by the SDK answers every call as the simulator does", async () => {
  const { aws } = account();
  aws.outside.describeNetwork(defaultVpc);
  const [answers, expected] = [await play(ec2), await play(aws.ec2)];
  const different = answers.flatMap((answer, at) => (answer === expected[at] ? [] : [{ answer, ours: expected[at] }]));
  // What moto does and AWS does not, by its documentation.
  expect(different.map(({ answer }) => answer)).toEqual([
    // Its default VPC has no route to the internet gateway.
    expect.stringMatching(/^route tables: \[\[true,\[\["172.31.0.0\/16","active"\]\]\]\]$/),
    expect.stringMatching(/^make a gateway: \[null,1\]$/),
    // It fails with 500.
    expect.stringMatching(/^remove the gateway: Error$/),
    // An endpoint that is on its way out still has its group.
    expect.stringMatching(/^remove the group: "done"$/),
    expect.stringMatching(/^remove it again: InvalidGroup.NotFound$/),
  ]);
});
