import { expect, onTestFinished, test, vi } from "vitest";
import { awsCloud } from "../../src/operator/cloud.ts";
import type { Environment } from "../../src/operator/io.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { serveBatch } from "../../src/simulator/http.ts";
import { account } from "../simulator/account.ts";

const { signal } = new AbortController();

test.each<[Environment, string]>([
  [{}, "AWS account 123456789012"],
  [{ AWS_ENDPOINT_URL: "" }, "AWS account 123456789012"],
  [{ AWS_ENDPOINT_URL: "http://all" }, "AWS account 123456789012 at http://all"],
  [
    { AWS_ENDPOINT_URL: "http://all", AWS_ENDPOINT_URL_BATCH: "http://batch" },
    "AWS account 123456789012 at http://batch",
  ],
])("with %j the label of AWS has the endpoint that the SDK uses for Batch", async (env, label) => {
  const served = await serveBatch(account().aws, { port: 0 });
  onTestFinished(() => served.close());
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: served.url,
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
  })) {
    vi.stubEnv(name, value);
  }
  const cloud = await awsCloud("us-east-1", { flags: {}, env, clock: new VirtualClock() }, signal);
  expect(cloud.label).toBe(label);
});

test("no client is opened in a region of another partition, whatever an object or a job names", async () => {
  const served = await serveBatch(account().aws, { port: 0 });
  onTestFinished(() => served.close());
  const environment = {
    AWS_ENDPOINT_URL: served.url,
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const cloud = await awsCloud("us-east-1", { flags: {}, env: {}, clock: new VirtualClock() }, signal);
  for (const region of [
    "cn-north-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "eusc-de-east-1",
  ]) {
    await expect(cloud.connect(region, signal)).rejects.toThrow(`region ${region} is in partition aws-`);
    await expect(cloud.logs(region)).rejects.toThrow(`region ${region} is in partition aws-`);
  }
  (await cloud.connect("eu-west-1", signal)).close();
});

test("the clients of a region are opened once, whoever asks", async () => {
  const served = await serveBatch(account().aws, { port: 0 });
  onTestFinished(() => served.close());
  const environment = {
    AWS_ENDPOINT_URL: served.url,
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const cloud = await awsCloud("us-east-1", { flags: {}, env: {}, clock: new VirtualClock() }, signal);
  const connection = await cloud.connect("us-east-1", signal);
  for (const open of [connection.iam, connection.ec2, connection.logs, connection.events]) {
    expect(await open?.()).toBe(await open?.());
  }
  connection.close();
});
