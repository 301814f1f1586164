import { describe, expect, it } from "vitest";
import { adviceFor } from "../../src/aws/advice.ts";
import { NotSent, neverHappened } from "../../src/aws/calls.ts";
import {
  AwsError,
  classify,
  type FailureKind,
  isDefinite,
  isWorthReporting,
  lacksReference,
  needsPerson,
  plainMessage,
} from "../../src/aws/errors.ts";
import { DeadlineExceeded } from "../../src/runtime/abort.ts";
import { redacted } from "../../src/runtime/log.ts";
import { batchRefusals } from "./batch-refusals.ts";

const requestId = "6f1e2a3b-9c8d-4e5f-a0b1-c2d3e4f5a6b7";

/** An error as the SDK makes it. */
function sdkError(name: string, message: string, httpStatusCode?: number, extra: object = {}): Error {
  return Object.assign(new Error(message), {
    name,
    $metadata: httpStatusCode === undefined ? { attempts: 1 } : { httpStatusCode, requestId, attempts: 1 },
    ...extra,
  });
}

describe("values of a request that AWS repeats", () => {
  const request = {
    jobDefinitionName: "job",
    parameters: { input: "s3://private" },
    containerProperties: {
      image: "busybox",
      command: ["run", "--password=hunter22"],
      environment: [{ name: "DB_URL", value: 'postgres://u:pw@"db"' }],
      logConfiguration: { logDriver: "splunk", options: { "splunk-token": "0123-abcd" } },
    },
    eksProperties: { podProperties: { containers: [{ args: ["argument"], env: [{ name: "N", value: "envvalue" }] }] } },
    ecsProperties: { taskProperties: [{ containers: [{ environment: [{ name: "A", value: "task-value" }] }] }] },
  };

  it.each([
    ["Value 's3://private' is not valid", "Value '(left out)' is not valid"],
    ["command --password=hunter22 failed", "command (left out) failed"],
    ['DB_URL=postgres://u:pw@"db"', "DB_URL=(left out)"],
    ['{"value":"postgres://u:pw@\\"db\\""}', '{"value":"(left out)"}'],
    ["token 0123-abcd, argument, envvalue, task-value", "token (left out), (left out), (left out), (left out)"],
    ["the image busybox of job cannot run", "the image busybox of job cannot run"],
  ])("are left out of the message, its cause and the log: %s", (text, expected) => {
    const failure = classify(sdkError("ClientException", text, 400), "batch:RegisterJobDefinition", request);
    expect(failure.message).toBe(expected);
    const logged = JSON.stringify(redacted({ error: failure }));
    expect(logged).not.toMatch(/s3:\/\/private|hunter22|postgres|0123-abcd|argument|envvalue|task-value/);
    expect(failure.kind).toBe("invalid");
  });
});

describe("refusals of AWS Batch", () => {
  it.each(batchRefusals)("says $kind to “$text”", ({ kind, text }) => {
    const failure = classify(sdkError("ClientException", text, 400), "batch:CreateComputeEnvironment");
    expect(failure.kind).toBe(kind);
    expect(failure.message).toBe(text);
    expect(failure.operation).toBe("batch:CreateComputeEnvironment");
    expect(failure.exception).toBe("ClientException");
  });

  it.each(batchRefusals)("says $kind also in Batch's wrapper to “$text”", ({ kind, text }) => {
    const wrapped = `Error executing request, Exception : ${text}, RequestId: ${requestId}`;
    const failure = classify(sdkError("ClientException", wrapped, 400), "batch:UpdateJobQueue");
    expect(failure.kind).toBe(kind);
    expect(failure.message).toBe(text);
  });

  it("knows a duplicate also when AWS answers 409", () => {
    expect(classify(sdkError("ClientException", "Object already exists", 409), "batch:CreateJobQueue").kind).toBe(
      "alreadyExists",
    );
  });
});

describe("a refusal that lists all instance types", () => {
  const known = Array.from({ length: 400 }, (_, index) => `m${index}.large`);
  const request = { computeResources: { instanceTypes: ["m3.large", "m999.large", "z9"] } };
  const refusal = (types: readonly string[]) =>
    classify(
      sdkError(
        "ClientException",
        `Error executing request, Exception : Instance type can only be one of [${types.join(", ")}], RequestId: ${requestId}`,
        400,
      ),
      "batch:CreateComputeEnvironment",
      request,
    );

  it("is one and the same refusal in whatever order AWS lists them", () => {
    const one = refusal(known);
    const other = refusal(known.toReversed());
    expect(one.kind).toBe("invalid");
    expect(other.message).toBe(one.message);
    expect(adviceFor(other)).toBe(adviceFor(one));
  });

  it("is short, and names what is not among them", () => {
    expect(refusal(known).message).toBe(
      "Instance type can only be one of [m0.large, m1.large, m10.large, m100.large, m101.large and 395 more]: m999.large, z9 is not among them",
    );
  });

  it("names nothing of a request without instance types, and shows a short list whole", () => {
    expect(
      classify(sdkError("ClientException", "Instance type can only be one of [m5, c5]", 400), "batch:X").message,
    ).toBe("Instance type can only be one of [c5, m5]");
  });
});

interface Case {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
  readonly extra?: object;
  readonly kind: FailureKind;
}

const cases: readonly Case[] = [
  { name: "TooManyRequestsException", message: "Too Many Requests", status: 429, kind: "throttled" },
  { name: "ThrottlingException", message: "Rate exceeded", status: 400, kind: "throttled" },
  { name: "Throttling", message: "Rate exceeded", status: 400, kind: "throttled" },
  { name: "RequestLimitExceeded", message: "Request limit exceeded.", status: 503, kind: "throttled" },
  { name: "UnknownError", message: "slow down", status: 429, kind: "throttled" },
  { name: "ServerException", message: "Internal failure", status: 500, kind: "unavailable" },
  { name: "ServerException", message: "Failed to create shareIdentifier x", status: 500, kind: "unavailable" },
  { name: "ServiceUnavailableException", message: "unavailable", status: 503, kind: "unavailable" },
  { name: "ServiceFailureException", message: "failed", status: 500, kind: "unavailable" },
  { name: "UnknownError", message: "Bad Gateway", status: 502, kind: "unavailable" },
  { name: "TimeoutError", message: "socket timed out", extra: { code: "ETIMEDOUT" }, kind: "unavailable" },
  { name: "AbortError", message: "Request aborted", kind: "unavailable" },
  { name: "Error", message: "connect refused", extra: { code: "ECONNREFUSED" }, kind: "unavailable" },
  { name: "Error", message: "read ECONNRESET", extra: { code: "ECONNRESET" }, kind: "unavailable" },
  { name: "Error", message: "socket hang up", kind: "unavailable" },
  { name: "Error", message: "getaddrinfo", extra: { code: "ENOTFOUND" }, kind: "unavailable" },
  { name: "Error", message: "getaddrinfo", extra: { code: "EAI_AGAIN" }, kind: "unavailable" },
  { name: "Error", message: "bad certificate", extra: { code: "CERT_HAS_EXPIRED" }, kind: "unavailable" },
  { name: "AggregateError", message: "", extra: { code: "ECONNREFUSED" }, kind: "unavailable" },
  { name: "TypeError", message: "fetch failed", extra: { cause: { code: "ECONNRESET" } }, kind: "unavailable" },
  { name: "SyntaxError", message: "Unexpected token '<'", status: 404, kind: "unavailable" },
  { name: "Error", message: "@aws-sdk XML parse error: no root element.", status: 403, kind: "unavailable" },
  { name: "ExpiredTokenException", message: "The security token is expired", status: 403, kind: "credentials" },
  { name: "ExpiredToken", message: "The security token is expired", status: 403, kind: "credentials" },
  { name: "UnrecognizedClientException", message: "The security token is invalid", status: 403, kind: "credentials" },
  { name: "InvalidClientTokenId", message: "The security token is invalid", status: 403, kind: "credentials" },
  { name: "InvalidSignatureException", message: "The signature does not match", status: 403, kind: "credentials" },
  { name: "SignatureDoesNotMatch", message: "The signature does not match", status: 403, kind: "credentials" },
  { name: "CredentialsProviderError", message: "Could not load credentials", kind: "credentials" },
  { name: "AuthFailure", message: "AWS was not able to validate the credentials", status: 401, kind: "credentials" },
  { name: "UnknownError", message: "Unauthorized", status: 401, kind: "credentials" },
  { name: "AccessDeniedException", message: "no", status: 403, kind: "denied" },
  { name: "AccessDenied", message: "no", status: 403, kind: "denied" },
  { name: "UnauthorizedOperation", message: "You are not authorized", status: 403, kind: "denied" },
  { name: "UnknownError", message: "Forbidden", status: 403, kind: "denied" },
  {
    name: "ClientException",
    message: "User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: iam:PassRole on resource: r",
    status: 400,
    kind: "denied",
  },
  {
    name: "NoSuchEntityException",
    message: "The role with name x cannot be found.",
    status: 404,
    extra: { Code: "NoSuchEntity" },
    kind: "notFound",
  },
  {
    name: "NoSuchEntityException",
    message: "Policy arn:aws:iam::aws:policy/Typo does not exist or is not attachable.",
    status: 404,
    extra: { Code: "NoSuchEntity" },
    kind: "invalid",
  },
  {
    name: "EntityAlreadyExistsException",
    message: "Role with name X already exists.",
    status: 409,
    kind: "alreadyExists",
  },
  {
    name: "InvalidInputException",
    message: "Service role name AWSServiceRoleForBatch has been taken in this account, please try a different suffix.",
    status: 400,
    kind: "alreadyExists",
  },
  {
    name: "DeleteConflictException",
    message: "Cannot delete entity, must detach all policies first.",
    status: 409,
    kind: "inUse",
  },
  {
    name: "LimitExceededException",
    message: "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    status: 409,
    kind: "quota",
  },
  { name: "ServiceLimitExceeded", message: "too many compute environments", status: 400, kind: "quota" },
  { name: "VpcEndpointLimitExceeded", message: "the maximum number is reached", status: 400, kind: "quota" },
  { name: "ConcurrentModificationException", message: "try again", status: 409, kind: "busy" },
  { name: "EntityTemporarilyUnmodifiableException", message: "try again", status: 409, kind: "busy" },
  { name: "MalformedPolicyDocumentException", message: "Invalid principal in policy", status: 400, kind: "notReady" },
  { name: "MalformedPolicyDocumentException", message: "Syntax errors in policy.", status: 400, kind: "invalid" },
  { name: "UnmodifiableEntityException", message: "Cannot modify a service-linked role", status: 400, kind: "invalid" },
  {
    name: "InvalidSubnetID.NotFound",
    message: "The subnet ID 'subnet-1' does not exist",
    status: 400,
    kind: "notFound",
  },
  {
    name: "InvalidGroup.Duplicate",
    message: "The security group 'g' already exists",
    status: 400,
    kind: "alreadyExists",
  },
  { name: "InvalidGroup.InUse", message: "There are active instances using it", status: 400, kind: "inUse" },
  { name: "DependencyViolation", message: "resource sg-1 has a dependent object", status: 400, kind: "inUse" },
  { name: "InvalidParameterValue", message: "Value (x) for parameter y is invalid.", status: 400, kind: "invalid" },
  { name: "ValidationError", message: "1 validation error detected", status: 400, kind: "invalid" },
  { name: "SomethingNewException", message: "never seen", status: 400, kind: "invalid" },
  { name: "SomethingNewException", message: "never seen", status: 418, kind: "unknown" },
  { name: "TypeError", message: "x is not a function", kind: "unknown" },
];

describe("exceptions of all services and of the network", () => {
  it.each(cases)("says $kind to $name $status “$message”", ({ name, message, status, extra, kind }) => {
    expect(classify(sdkError(name, message, status, extra), "iam:GetRole").kind).toBe(kind);
  });

  it("says unavailable to a deadline of our own", () => {
    const failure = classify(new DeadlineExceeded("batch:CreateJobQueue", 10_000), "batch:CreateJobQueue");
    expect(failure.kind).toBe("unavailable");
    expect(failure.message).toBe("batch:CreateJobQueue did not answer within 10 s");
  });

  it("says unknown to a value that is not an error", () => {
    expect(classify("broken", "batch:ListJobs")).toMatchObject({ kind: "unknown", message: "broken" });
    expect(classify(undefined, "batch:ListJobs")).toMatchObject({ kind: "unknown", message: "Error" });
  });

  it("leaves an AwsError as it is", () => {
    const failure = new AwsError("busy", "batch:UpdateJobQueue", "ClientException", "is being modified");
    expect(classify(failure, "batch:Other")).toBe(failure);
  });

  it("reports what came of the first address of a host with several", () => {
    const timedOut = (address: string) =>
      Object.assign(new Error(`connect ETIMEDOUT ${address}:443`), { code: "ETIMEDOUT" });
    // As Node throws it, and as the SDK names it.
    for (const name of ["AggregateError", "TimeoutError", "Error"]) {
      const all = new AggregateError([timedOut("10.0.0.1"), timedOut("10.0.0.2")]);
      const { kind, message } = classify(Object.assign(all, { name }), "batch:ListJobs");
      expect([kind, message]).toEqual(["unavailable", "connect ETIMEDOUT 10.0.0.1:443"]);
    }
    expect(classify(new AggregateError([], "none"), "batch:ListJobs")).toMatchObject({
      kind: "unknown",
      message: "none",
    });
    const wrapped = new Error("", { cause: new AggregateError([timedOut("10.0.0.1")]) });
    expect(classify(wrapped, "batch:ListJobs").message).toBe("connect ETIMEDOUT 10.0.0.1:443");
  });

  it("keeps the original as the cause", () => {
    const original = sdkError("ServerException", "oops", 500);
    expect(classify(original, "batch:ListJobs").cause).toBe(original);
  });
});

describe("plainMessage", () => {
  it.each([
    [
      "Unexpected token '<'\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.",
      "Unexpected token '<'",
    ],
    [`Cannot delete, resource is being modified, RequestId: ${requestId}`, "Cannot delete, resource is being modified"],
    [
      `Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: ${requestId})`,
      "Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied)",
    ],
    [`Something failed (Request ID: ${requestId})`, "Something failed"],
    [
      `Bad (Service: AmazonEC2; Status Code: 400; Request ID: ${requestId}; Proxy: null)`,
      "Bad (Service: AmazonEC2; Status Code: 400; Proxy: null)",
    ],
    [
      `You are not authorized to perform this operation. Encoded authorization failure message: ${"aB3-_".repeat(40)}`,
      "You are not authorized to perform this operation. Encoded authorization failure message: (left out)",
    ],
    ["ComputeEnvironment Healthy", "ComputeEnvironment Healthy"],
  ])("makes %j plain", (text, plain) => {
    expect(plainMessage(text)).toBe(plain);
  });
});

describe("isDefinite", () => {
  const definite: Readonly<Record<FailureKind, boolean>> = {
    throttled: true,
    busy: true,
    inUse: true,
    notReady: true,
    notFound: true,
    alreadyExists: true,
    quota: true,
    denied: true,
    credentials: true,
    invalid: true,
    unavailable: false,
    unknown: false,
  };
  it.each(Object.entries(definite) as [FailureKind, boolean][])("says of %s: %s", (kind, expected) => {
    expect(isDefinite(kind)).toBe(expected);
    expect(neverHappened(new AwsError(kind, "batch:CreateJobQueue", "Some", "no"))).toBe(expected);
  });

  it("says of a call that never left that it did not happen", () => {
    expect(neverHappened(new NotSent("batch:CreateJobQueue", new Error("no lease")))).toBe(true);
  });

  it("says nothing of what is no answer of AWS", () => {
    for (const error of [new Error("throttled"), { kind: "denied" }, undefined]) {
      expect(neverHappened(error)).toBe(false);
    }
  });
});

describe("an answer that says nothing but its status", () => {
  it.each(["", "UnknownError"])("is classified by that (%j)", (text) => {
    expect(classify(sdkError("Error", text, 503), "batch:CreateJobQueue").message).toBe(
      "the endpoint answered HTTP 503 and nothing else",
    );
    expect(classify(sdkError("SomeException", text), "batch:CreateJobQueue").message).toBe("SomeException");
  });

  it("is not one that says something", () => {
    expect(classify(sdkError("Error", "it is full", 503), "batch:CreateJobQueue").message).toBe("it is full");
  });
});

describe("adviceFor", () => {
  it.each([
    ["2.00 vCPU, 1024 MiB", "Fargate has 2 vCPU with 4096 MiB as the next size that has both."],
    ["1.25 vCPU", "Fargate has 2 vCPU with 4096 MiB as the next size."],
    ["2000.00 vCPU", "Fargate has at most 32 vCPU with 249856 MiB: request less, or run the job on EC2."],
  ])("names the size of Fargate to use in place of %s", (asked, advice) => {
    const message = `Fargate resource requirements (${asked}) not valid.`;
    expect(adviceFor(new AwsError("invalid", "batch:RegisterJobDefinition", "ClientException", message))).toBe(advice);
    const ofJob = adviceFor(new AwsError("invalid", "batch:SubmitJob", "ClientException", message));
    expect(ofJob).toBe(
      `${advice} Give the job definition that size; a BatchJob that gives a size itself has to be created again with that one.`,
    );
  });

  function advice(kind: FailureKind, message: string, exception = "ClientException"): string {
    return adviceFor(new AwsError(kind, "batch:CreateComputeEnvironment", exception, message));
  }

  it("of a resource that may not be claimed names the feature and the flag of the operator's policy", () => {
    const denied = (resource: string) =>
      advice("denied", `User: me is not authorized to perform: batch:TagResource on resource: ${resource}`);
    expect(denied("arn:aws:batch:eu-west-1:123456789012:job-queue/prod-queue")).toMatch(
      /^Allow batch:TagResource on arn:\S+ to the operator's IAM role\. To adopt a resource, its policy needs the feature adopt .* --names\.$/,
    );
    expect(denied("arn:aws:batch:eu-west-1:123456789012:job/1")).not.toContain("adopt");
    expect(advice("denied", "not authorized to perform: batch:CreateJobQueue")).not.toContain("adopt");
  });

  it("of a security group says how to find what has it", () => {
    const ofGroup = adviceFor(new AwsError("inUse", "ec2:DeleteSecurityGroup", "DependencyViolation", "no"));
    expect(ofGroup).toContain("aws ec2 describe-network-interfaces");
    expect(advice("inUse", "no")).toMatch(/^Something still uses it/);
  });

  it("distinguishes a missing reference from the missing subject of a request", () => {
    const about = (operation: string) => adviceFor(new AwsError("notFound", operation, "ClientException", "no"));
    for (const operation of ["batch:RegisterJobDefinition", "batch:CreateJobQueue", "batch:UpdateComputeEnvironment"]) {
      expect(about(operation)).toMatch(/^What the request refers to is not there: create it, or correct the field/);
    }
    expect(about("batch:DeleteJobQueue")).toMatch(/^The resource no longer exists/);
  });

  it.each([
    ["Instance type can only be one of [c5, m5]", /correct computeResources[.]instanceTypes/],
    [
      "Following fields [subnets] can be updated only for Non-fargate Compute Environment having a Batch Service Linked Role",
      /^Remove spec[.]updatePolicy: a new environment takes over/,
    ],
    [
      "The following parameters can't be updated for Fargate compute environment: tags, type.",
      /give spec[.]rolloutToken a new value: a new environment takes over/,
    ],
    ["Instance role is required.", /correct the field it names/],
  ])("of a rejected request gives the next step: %s", (message, step) => {
    expect(advice("invalid", message)).toMatch(step);
  });

  it("of a rejected job says how to change what cannot be changed", () => {
    const rejected = new AwsError("invalid", "batch:SubmitJob", "ClientException", "arrayProperties.size is wrong");
    expect(adviceFor(rejected)).toMatch(
      /create it again with the right value, under a new name or after you have deleted it[.]$/,
    );
  });

  it("of a name that is taken speaks of adoption only where there is one", () => {
    expect(advice("alreadyExists", "no")).toContain("adoptionPolicy");
    const inVpc = adviceFor(new AwsError("alreadyExists", "ec2:CreateSecurityGroup", "InvalidGroup.Duplicate", "no"));
    expect(inVpc).toMatch(/exists in the VPC.*delete or rename it/);
  });

  it("names the IAM action and resource of AWS's text", () => {
    const message =
      "User: arn:aws:sts::123456789012:assumed-role/op/s is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/instance because no identity-based policy allows the iam:PassRole action";
    expect(advice("denied", message)).toBe(
      "Allow iam:PassRole on arn:aws:iam::123456789012:role/instance to the operator's IAM role.",
    );
  });

  it("names the action of the call when AWS names none", () => {
    expect(advice("denied", "Access Denied")).toBe("Allow batch:CreateComputeEnvironment to the operator's IAM role.");
  });

  it("points to the policy when the deny is explicit", () => {
    const message =
      "User: u is not authorized to perform: batch:TagResource on resource: r with an explicit deny in a service control policy";
    expect(advice("denied", message)).toMatch(/denies batch:TagResource on r explicitly/);
  });

  it("says how to read an encoded message", () => {
    const message =
      "You are not authorized to perform this operation. Encoded authorization failure message: (left out)";
    expect(advice("denied", message)).toMatch(/decode-authorization-message/);
  });

  it("distinguishes a wrong clock from wrong credentials", () => {
    expect(advice("credentials", "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z")).toMatch(
      /clock/,
    );
    expect(advice("credentials", "The security token included in the request is expired")).toMatch(/credentials/);
  });

  it.each([
    "throttled",
    "unavailable",
    "busy",
    "inUse",
    "notReady",
    "notFound",
    "alreadyExists",
    "quota",
    "invalid",
    "unknown",
  ] as const)("has a sentence for %s", (kind) => {
    expect(advice(kind, "text")).toMatch(/^[A-Zb].{30,}[.]$/);
  });
});

describe("what a failure means for those who wait", () => {
  it.each<[FailureKind, boolean]>([
    ["denied", true],
    ["credentials", true],
    ["throttled", false],
    ["unavailable", false],
  ])("%s needs a person: %s", (kind, expected) => {
    expect(needsPerson(kind)).toBe(expected);
  });

  it.each<[FailureKind, number, boolean]>([
    ["throttled", 0, false],
    ["throttled", 29_999, false],
    ["throttled", 30_000, true],
    ["throttled", -1, true],
    ["denied", 0, true],
    ["credentials", 0, true],
  ])("%s of a read, for %i ms now, is reported: %s", (kind, lastedMs, expected) => {
    expect(isWorthReporting(kind, lastedMs)).toBe(expected);
  });

  it.each<[FailureKind, string, boolean]>([
    ["notFound", "batch:RegisterJobDefinition", true],
    ["notFound", "batch:CreateComputeEnvironment", true],
    ["notFound", "batch:UpdateJobQueue", true],
    ["notFound", "batch:DeleteJobQueue", false],
    ["invalid", "batch:UpdateJobQueue", false],
  ])("%s of %s is of something that the request refers to: %s", (kind, operation, expected) => {
    expect(lacksReference({ kind, operation })).toBe(expected);
  });
});
