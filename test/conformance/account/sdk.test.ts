import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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

test("an emulator that has a page for an operation that it lacks refuses it", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(404, { "content-type": "text/html" });
    response.end("<!doctype html><title>404 Not Found</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const { batch } = sdkAccount({ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials });
  expect(await batch("DescribeServiceEnvironments", {})).toEqual({
    error: { name: "UnreadableAnswer", message: "HTTP 404, not in AWS's form", status: 404 },
  });
});
