import { expect, onTestFinished, test } from "vitest";
import { isOfAws, sdkAccount } from "../../../conformance/account/sdk.ts";
import { account } from "../../simulator/account.ts";
import { serveChecked } from "../../simulator/checked-server.ts";

test.each([
  ["batch.eu-west-1.amazonaws.com", true],
  ["batch.cn-north-1.amazonaws.com.cn", true],
  ["batch.eu-west-1.api.aws", true],
  ["127.0.0.1", false],
  ["batch.amazonaws.com.example.org", false],
  ["myamazonaws.com", false],
])("%s: of AWS is %s", (host, expected) => {
  expect(isOfAws(host)).toBe(expected);
});

test("an account says which host has been asked", async () => {
  const { url, close } = await serveChecked(account().aws, { port: 0 });
  onTestFinished(close);
  const hosts: string[] = [];
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const { sts } = sdkAccount({
    region: "us-east-1",
    endpoint: url,
    credentials,
    asked: (host) => void hosts.push(host),
  });
  await sts("GetCallerIdentity", {});
  expect(hosts).toEqual(["127.0.0.1"]);
});
