import { describe, expect, it, onTestFinished, vi } from "vitest";
import { adviceFor } from "../../src/aws/advice.ts";
import { NotSent } from "../../src/aws/calls.ts";
import { AwsError } from "../../src/aws/errors.ts";
import type { IamApi } from "../../src/aws/iam.ts";
import { guardedIam, iamCalls } from "../../src/aws/iam-calls.ts";
import { sdkIam } from "../../src/aws/iam-sdk.ts";
import type { SdkOptions } from "../../src/aws/sdk.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { account } from "../simulator/account.ts";
import { aGuard, sdkIn } from "./given.ts";

interface Sent {
  readonly hostname: string;
  readonly body: string;
  readonly signedFor: string;
}

/** IAM by the SDK over a network that gives scripted answers, and all that left for it. */
async function overNetwork(
  region: string,
  { status = 200, body = "<x/>", mayWrite = () => ({ deadlineMs: 1000 }) } = {},
) {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-real-key");
  onTestFinished(() => void vi.unstubAllEnvs());
  const sent: Sent[] = [];
  const handler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request: { hostname: string; body?: Uint8Array | string; headers: Record<string, string> }) {
      const text = typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body);
      const signedFor = /Credential=[^/]+\/\d+\/([^,]+)/.exec(request.headers["authorization"] ?? "")?.[1] ?? "";
      sent.push({ hostname: request.hostname, body: text, signedFor });
      return {
        response: { statusCode: status, headers: { "content-type": "text/xml" }, body: new TextEncoder().encode(body) },
      };
    },
  };
  const raw = sdkIam(sdkIn(region, handler as unknown as SdkOptions["requestHandler"]));
  onTestFinished(() => raw.close());
  const iam = guardedIam(raw, aGuard({ clock: new VirtualClock(), mayWrite }));
  return { raw, iam, sent };
}

const errorBody = (code: string, message: string): string =>
  `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code>` +
  `<Message>${message}</Message></Error><RequestId>5f5f</RequestId></ErrorResponse>`;

async function failureOf(call: Promise<unknown>): Promise<AwsError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AwsError)) throw new Error(`not an AwsError: ${String(error)}`);
  return error;
}

describe("IAM by the SDK", () => {
  it.each([
    ["eu-west-1", "iam.amazonaws.com", "us-east-1/iam/aws4_request"],
    ["cn-north-1", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1/iam/aws4_request"],
    ["us-gov-west-1", "iam.us-gov.amazonaws.com", "us-gov-west-1/iam/aws4_request"],
  ])("goes from %s to the one endpoint of the partition", async (region, hostname, signedFor) => {
    const { iam, sent } = await overNetwork(region, { body: "<GetRoleResponse><GetRoleResult/></GetRoleResponse>" });
    await iam.getRole({ RoleName: "role" });
    expect(sent).toEqual([{ hostname, signedFor, body: "Action=GetRole&Version=2010-05-08&RoleName=role" }]);
  });

  it("has every call of the port, and sends each under its own name", async () => {
    const names = Object.keys(iamCalls) as (keyof IamApi)[];
    const { raw, iam, sent } = await overNetwork("us-east-1");
    expect(Object.keys(raw).toSorted()).toEqual([...names, "close"].toSorted());
    for (const name of names) {
      const call: (input: never) => Promise<unknown> = iam[name];
      await call({ RoleName: "r" } as never).catch(() => undefined);
    }
    const actions = sent.map(({ body }) => new URLSearchParams(body).get("Action"));
    expect(actions).toEqual(names.map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`));
  });

  it("takes every call that changes something for a write, and asks for the lease before each", async () => {
    const writes = Object.entries(iamCalls).filter(([, { kind }]) => kind === "write");
    expect(writes.every(([name]) => !/^(get|list)/.test(name))).toBe(true);
    expect(Object.keys(iamCalls).filter((name) => /^(get|list)/.test(name))).toHaveLength(
      Object.keys(iamCalls).length - writes.length,
    );
    let asked = 0;
    const mayWrite = () => {
      asked++;
      // The first time is at the start of the call, the second directly before the bytes leave.
      if (asked % 2 === 0) throw new Error("the lease is over");
      return { deadlineMs: 1000 };
    };
    const { iam, sent } = await overNetwork("us-east-1", { mayWrite });
    for (const [name] of writes) {
      const call: (input: never) => Promise<unknown> = iam[name as keyof IamApi];
      await expect(call({ RoleName: "r" } as never)).rejects.toBeInstanceOf(NotSent);
    }
    expect([asked, sent.length]).toEqual([2 * writes.length, 0]);
  });

  it.each([
    [404, "NoSuchEntity", "The role with name r cannot be found.", "notFound"],
    [409, "EntityAlreadyExists", "Role with name r already exists.", "alreadyExists"],
    [409, "DeleteConflict", "Cannot delete entity, must detach all policies first.", "inUse"],
    [409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", "quota"],
    [400, "MalformedPolicyDocument", "Syntax errors in policy.", "invalid"],
    [400, "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"AROA"', "notReady"],
    [400, "UnmodifiableEntity", "Cannot perform the operation on the protected role", "invalid"],
    [409, "EntityTemporarilyUnmodifiable", "Please try again", "busy"],
    [409, "ConcurrentModification", "multiple requests", "busy"],
    [400, "Throttling", "Rate exceeded", "throttled"],
    [400, "InvalidInput", "Service role name AWSServiceRoleForBatch has been taken in this account", "alreadyExists"],
    [403, "AccessDenied", "User: arn:aws:sts::1:assumed-role/o/s is not authorized to perform: iam:X", "denied"],
    [403, "InvalidClientTokenId", "The security token included in the request is invalid.", "credentials"],
    [500, "ServiceFailure", "The request processing has failed", "unavailable"],
    [503, "ServiceUnavailable", "Slow", "unavailable"],
  ])("takes %d %s (%s) for %s", async (status, code, message, kind) => {
    const { iam } = await overNetwork("us-east-1", { status, body: errorBody(code, message) });
    const failure = await failureOf(iam.deleteRole({ RoleName: "r" }));
    expect([failure.kind, failure.operation, failure.message]).toEqual([kind, "iam:DeleteRole", message]);
  });

  it("tries once", async () => {
    const { iam, sent } = await overNetwork("us-east-1", { status: 503, body: errorBody("ServiceUnavailable", "x") });
    await failureOf(iam.getRole({ RoleName: "r" }));
    expect(sent).toHaveLength(1);
  });
});

describe("what a denial advises", () => {
  const who = "User: arn:aws:sts::123456789012:assumed-role/operator/s";
  it.each([
    [
      "the action and the role",
      `${who} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/x/y because no identity-based policy allows the iam:CreateRole action`,
      "Allow iam:CreateRole on arn:aws:iam::123456789012:role/x/y to the operator's IAM role.",
    ],
    [
      "another action than the one called",
      `${who} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/x`,
      "Allow iam:PassRole on arn:aws:iam::123456789012:role/x to the operator's IAM role.",
    ],
    [
      "a denial by a boundary",
      `${who} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/x with an explicit deny in a permissions boundary`,
      "A policy denies iam:CreateRole on arn:aws:iam::1:role/x explicitly: find the Deny in the operator's role, its permissions boundary or the organization's policies.",
    ],
    [
      "an encoded message as such",
      `You are not authorized to perform this operation. Encoded authorization failure message: ${"aB3_-".repeat(60)}`,
      "Allow iam:DeleteRole to the operator's IAM role. AWS gave the details encoded: take the message from the CloudTrail event of iam:DeleteRole and read it with `aws sts decode-authorization-message`.",
    ],
  ])("names %s", async (_case, message, advice) => {
    const { iam } = await overNetwork("us-east-1", { status: 403, body: errorBody("AccessDenied", message) });
    const failure = await failureOf(iam.deleteRole({ RoleName: "r" }));
    expect(failure.kind).toBe("denied");
    expect(adviceFor(failure)).toBe(advice);
  });
});

it("the simulator has every call of the port", () => {
  expect(Object.keys(account().aws.iam).toSorted()).toEqual(Object.keys(iamCalls).toSorted());
});
