import { describe, expect, it, onTestFinished, vi } from "vitest";
import { adviceFor } from "../../src/aws/advice.ts";
import { NotSent } from "../../src/aws/calls.ts";
import type { Ec2Api } from "../../src/aws/ec2.ts";
import { ec2Calls, guardedEc2 } from "../../src/aws/ec2-calls.ts";
import { sdkEc2 } from "../../src/aws/ec2-sdk.ts";
import { AwsError } from "../../src/aws/errors.ts";
import type { SdkOptions } from "../../src/aws/sdk.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { account } from "../simulator/account.ts";
import { aGuard, sdkIn } from "./given.ts";

interface Sent {
  readonly hostname: string;
  readonly body: string;
}

/** EC2 by the SDK over a network that gives scripted answers, and all that left for it. */
function overNetwork({ status = 200, body = "<x/>", mayWrite = () => ({ deadlineMs: 1000 }) } = {}) {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-real-key");
  onTestFinished(() => void vi.unstubAllEnvs());
  const sent: Sent[] = [];
  const handler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request: { hostname: string; body?: Uint8Array | string }) {
      const text = typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body);
      sent.push({ hostname: request.hostname, body: text });
      return {
        response: { statusCode: status, headers: { "content-type": "text/xml" }, body: new TextEncoder().encode(body) },
      };
    },
  };
  const raw = sdkEc2(sdkIn("eu-west-1", handler as unknown as SdkOptions["requestHandler"]));
  onTestFinished(() => raw.close());
  const ec2 = guardedEc2(raw, aGuard({ clock: new VirtualClock(), mayWrite }));
  return { raw, ec2, sent };
}

const errorBody = (code: string, message: string): string =>
  `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>5f</RequestID></Response>`;

async function failureOf(call: Promise<unknown>): Promise<AwsError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AwsError)) throw new Error(`not an AwsError: ${String(error)}`);
  return error;
}

describe("EC2 by the SDK", () => {
  it("speaks EC2's protocol in the region, and gives what EC2 answers", async () => {
    const body =
      '<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><subnetSet>' +
      "<item><subnetId>subnet-1</subnetId><mapPublicIpOnLaunch>true</mapPublicIpOnLaunch></item></subnetSet></DescribeSubnetsResponse>";
    const { ec2, sent } = overNetwork({ body });
    const { Subnets } = await ec2.describeSubnets({ Filters: [{ Name: "vpc-id", Values: ["vpc-1", "vpc-2"] }] });
    expect(Subnets).toMatchObject([{ SubnetId: "subnet-1", MapPublicIpOnLaunch: true }]);
    expect(sent).toEqual([
      {
        hostname: "ec2.eu-west-1.amazonaws.com",
        body: "Action=DescribeSubnets&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.1.Value.2=vpc-2",
      },
    ]);
  });

  it("has every call of the port, and sends each under its own name", async () => {
    const names = Object.keys(ec2Calls) as (keyof Ec2Api)[];
    const { raw, ec2, sent } = overNetwork();
    expect(Object.keys(raw).toSorted()).toEqual([...names, "close"].toSorted());
    for (const name of names) {
      const call: (input: never) => Promise<unknown> = ec2[name];
      await call({} as never).catch(() => undefined);
    }
    const actions = sent.map(({ body }) => new URLSearchParams(body).get("Action"));
    expect(actions).toEqual(names.map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`));
  });

  it("takes every call that changes something for a write, and asks for the lease before each", async () => {
    const writes = Object.entries(ec2Calls).filter(([, { kind }]) => kind === "write");
    expect(Object.keys(ec2Calls).filter((name) => !/^(get|describe)/.test(name))).toEqual(writes.map(([name]) => name));
    let asked = 0;
    const mayWrite = () => {
      asked++;
      // The first time is at the start of the call, the second directly before the bytes leave.
      if (asked % 2 === 0) throw new Error("the lease is over");
      return { deadlineMs: 1000 };
    };
    const { ec2, sent } = overNetwork({ mayWrite });
    for (const [name] of writes) {
      const call: (input: never) => Promise<unknown> = ec2[name as keyof Ec2Api];
      await expect(call({} as never)).rejects.toBeInstanceOf(NotSent);
    }
    expect([asked, sent.length]).toEqual([2 * writes.length, 0]);
  });

  it.each([
    [400, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist", "notFound"],
    [400, "InvalidGroup.NotFound", "The security group 'sg-1' does not exist", "notFound"],
    [400, "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id 'vpce-1' does not exist", "notFound"],
    [400, "InvalidLaunchTemplateName.NotFoundException", "The specified launch template is missing.", "notFound"],
    [400, "InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version 7", "notFound"],
    [400, "InvalidPlacementGroup.Unknown", "The Placement Group 'p' is unknown.", "notFound"],
    [400, "NatGatewayNotFound", "NatGateway nat-1 was not found", "notFound"],
    [400, "DependencyViolation", "resource sg-1 has a dependent object", "inUse"],
    [400, "InvalidGroup.Duplicate", "The security group 'x' already exists for VPC 'vpc-1'", "alreadyExists"],
    [400, "InvalidPermission.Duplicate", 'the specified rule "peer: x" already exists', "alreadyExists"],
    [400, "RouteAlreadyExists", "route table rtb-1 already has a route", "alreadyExists"],
    [
      400,
      "InvalidParameter",
      "private-dns-enabled cannot be set because there is already a conflicting DNS domain for ecs.eu-west-1.amazonaws.com in the VPC vpc-1",
      "alreadyExists",
    ],
    [400, "IncorrectState", "The endpoint must be available", "busy"],
    [400, "VpcEndpointLimitExceeded", "You have reached the limit on the number of VPC endpoints.", "quota"],
    [400, "SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.", "quota"],
    [400, "DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone", "invalid"],
    [400, "InvalidParameterValue", "The filter 'x' is invalid", "invalid"],
    [401, "AuthFailure", "AWS was not able to validate the provided access credentials", "credentials"],
    [403, "UnauthorizedOperation", "You are not authorized to perform this operation.", "denied"],
    [503, "RequestLimitExceeded", "Request limit exceeded.", "throttled"],
    [500, "InternalError", "An internal error has occurred", "unavailable"],
  ])("takes %d %s (%s) for %s", async (status, code, message, kind) => {
    const { ec2 } = overNetwork({ status, body: errorBody(code, message.replaceAll('"', "&quot;")) });
    const failure = await failureOf(ec2.deleteSecurityGroup({ GroupId: "sg-1" }));
    expect([failure.kind, failure.operation, failure.message]).toEqual([kind, "ec2:DeleteSecurityGroup", message]);
  });

  it.each([
    [
      "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/o/s is not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:eu-west-1:1:vpc-endpoint/* because no identity-based policy allows the ec2:CreateTags action",
      "Allow ec2:CreateTags on arn:aws:ec2:eu-west-1:1:vpc-endpoint/* to the operator's IAM role.",
    ],
    [
      `You are not authorized to perform this operation. Encoded authorization failure message: ${"aB3_-".repeat(60)}`,
      "Allow ec2:CreateVpcEndpoint to the operator's IAM role. AWS gave the details encoded: take the message from the CloudTrail event of ec2:CreateVpcEndpoint and read it with `aws sts decode-authorization-message`.",
    ],
  ])("names the missing action in the advice on a denial", async (message, advice) => {
    const { ec2 } = overNetwork({ status: 403, body: errorBody("UnauthorizedOperation", message) });
    const request = { VpcId: "vpc-1", ServiceName: "com.amazonaws.eu-west-1.s3" };
    expect(adviceFor(await failureOf(ec2.createVpcEndpoint(request)))).toBe(advice);
  });
});

it("the simulator has every call of the port, and those by which a user makes a network", () => {
  expect(Object.keys(account().aws.ec2)).toEqual(expect.arrayContaining(Object.keys(ec2Calls)));
});
