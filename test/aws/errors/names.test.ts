import { describe, expect, it } from "vitest";
import { adviceFor } from "../../../src/aws/advice.ts";
import { AwsError, classify, type FailureKind, plainMessage } from "../../../src/aws/errors.ts";

/** An error of that name alone: no status and no sentence help to classify it. */
function kindOf(name: string): FailureKind {
  return classify(Object.assign(new Error("so it is"), { name }), "ec2:DescribeSubnets").kind;
}

const names: Readonly<Partial<Record<FailureKind, readonly string[]>>> = {
  credentials: [
    "ExpiredToken",
    "ExpiredTradeInToken",
    "RequestExpired",
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "InvalidSignature",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "InvalidAccessKeyId",
    "InvalidIdentityToken",
    "IDPRejectedClaim",
    "AuthFailure",
    "CredentialsProviderError",
    "TokenProviderError",
  ],
  throttled: [
    "TooManyRequests",
    "Throttling",
    "Throttled",
    "ThrottledRequest",
    "RequestLimitExceeded",
    "RequestThrottled",
    "EC2Throttled",
    "SlowDown",
    "PriorRequestNotComplete",
  ],
  denied: [
    "AccessDenied",
    "UnauthorizedOperation",
    "NotAuthorized",
    "Forbidden",
    "OptInRequired",
    "SubscriptionRequired",
    "RegionDisabled",
  ],
  unavailable: [
    "Timeout",
    "TimeoutError",
    "RequestTimeout",
    "AbortError",
    "DeadlineExceeded",
    "NetworkingError",
    "SyntaxError",
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EPROTO",
    "ERR_SOCKET_CLOSED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "UND_ERR_SOCKET",
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "Server",
    "ServiceUnavailable",
    "ServiceFailure",
    "Unavailable",
    "InternalFailure",
    "InternalError",
    "InternalServerError",
    "InternalServer",
    "IDPCommunicationError",
  ],
  busy: ["ConcurrentModification", "EntityTemporarilyUnmodifiable", "OperationAborted", "IncorrectState"],
  inUse: ["DeleteConflict", "DependencyViolation", "ResourceInUse", "InvalidGroup.InUse"],
  alreadyExists: ["EntityAlreadyExists", "NameConflict", "InvalidGroup.Duplicate", "InvalidRoute.AlreadyExists"],
  notFound: ["NoSuchEntity", "ResourceNotFound", "InvalidSubnetID.NotFound"],
  quota: ["LimitExceeded", "VpcEndpointLimitExceeded", "QuotaExceeded", "InsufficientFreeAddressesInSubnet"],
  invalid: [
    "Client",
    "Validation",
    "ValidationError",
    "UnmodifiableEntity",
    "Unsupported",
    "UnsupportedOperation",
    "OperationNotPermitted",
    "InvalidParameterValue",
    "InvalidVpcID.Malformed",
    "MalformedPolicyDocument",
    "MissingParameter",
  ],
};
const table = Object.entries(names).flatMap(([kind, list]) => list.map((name) => [name, kind] as const));

describe("the name of an exception", () => {
  it.each(table)("%s says %s", (name, kind) => {
    expect(kindOf(name)).toBe(kind);
  });

  it.each(table)("%s says %s with the ending Exception too", (name, kind) => {
    expect(kindOf(`${name}Exception`)).toBe(kind);
  });

  // What reads on by design: a quota's own name before its ending, any word after what is invalid.
  const openBefore = /LimitExceeded$|QuotaExceeded$|\./;
  const openAfter =
    /^(E(CONN|AI_|HOST|NET)|ERR_|UND_ERR|CERT_|UNABLE_TO_|Invalid(Par|Vpc)|Malformed|Missing(?!Auth))|^(ExpiredToken|Timeout|Throttled|Validation|Unsupported|InternalServer)$/;

  it.each(table.filter(([name]) => !openBefore.test(name)))("%s is another one with a word before it", (name, kind) => {
    expect(kindOf(`-${name}`)).not.toBe(kind);
  });

  it.each(table.filter(([name]) => !openAfter.test(name)))("%s is another one with a word after it", (name, kind) => {
    expect(kindOf(`${name}-`)).not.toBe(kind);
  });

  it.each([
    "ECONNRESET-",
    "EAI_AGAIN-",
    "EHOSTUNREACH-",
    "ENETUNREACH-",
    "ERR_SOCKET_CLOSED-",
    "ERR_TLS_X-",
    "ERR_SSL_X-",
    "UND_ERR_X-",
    "CERT_X-",
    "UNABLE_TO_X-",
    "-.InUse",
    "-.Duplicate",
    "-.NotFound",
    "ECONN",
    "EHOST",
    "ENET",
  ])("%s is not a known name", (name) => {
    expect(kindOf(name)).toBe("unknown");
  });

  it("is not an exception to an exception", () => {
    expect(kindOf("ThrottlExceptioning")).toBe("unknown");
    expect(kindOf("Exception")).toBe("unknown");
  });

  it("may stand in a code, at the error or at what caused it, four deep", () => {
    const wrap = (depth: number): unknown =>
      depth === 0 ? { code: "Throttling" } : { message: "outer", cause: wrap(depth - 1) };
    expect(classify(wrap(3), "batch:ListJobs").kind).toBe("throttled");
    expect(classify(wrap(4), "batch:ListJobs").kind).toBe("unknown");
    expect(classify({ Code: "Throttling", name: "" }, "batch:ListJobs")).toMatchObject({
      kind: "throttled",
      exception: "Throttling",
    });
  });

  it("ends a ring of causes", () => {
    const ring: { cause?: unknown; message: string } = { message: "round" };
    ring.cause = ring;
    expect(classify(ring, "batch:ListJobs")).toMatchObject({ kind: "unknown", message: "round" });
  });
});

describe("the status of an answer", () => {
  const withStatus = (httpStatusCode: unknown): FailureKind =>
    classify({ message: "hm", $metadata: { httpStatusCode } }, "batch:ListJobs").kind;
  it.each([
    [399, "unknown"],
    [400, "invalid"],
    [401, "credentials"],
    [402, "unknown"],
    [403, "denied"],
    [404, "unknown"],
    [428, "unknown"],
    [429, "throttled"],
    [430, "unknown"],
    [499, "unknown"],
    [500, "unavailable"],
    [599, "unavailable"],
    ["500", "unknown"],
    [undefined, "unknown"],
  ] as const)("%s says %s", (status, kind) => {
    expect(withStatus(status)).toBe(kind);
  });
});

describe("a thrown value that is not an Error", () => {
  it.each([
    [null, "Error"],
    ["broken", "broken"],
    [7, "a value that is not an Error was thrown"],
    [{ Message: "in IAM's spelling" }, "in IAM's spelling"],
    [{ message: 7, cause: "the words" }, "the words"],
    [{ message: "ours", cause: null }, "ours"],
    [{ message: "ours", $metadata: null }, "ours"],
  ])("%j is described as %s", (thrown, message) => {
    expect(classify(thrown, "iam:GetRole").message).toBe(message);
  });
});

it("an answer that is not JSON is attributed to something that is not AWS", () => {
  const notJson = Object.assign(new Error("Unexpected token '<'"), { name: "SyntaxError" });
  const notXml = new Error("@aws-sdk XML parse error: no root element.");
  const described = "the endpoint answered with something that is not AWS's JSON or XML";
  const check = "check that AWS_ENDPOINT_URL and the proxy lead to AWS";
  expect(classify(notJson, "batch:ListJobs").message).toBe(`${described} (Unexpected token '<'): ${check}`);
  expect(classify(notXml, "iam:GetRole").message).toBe(
    `${described} (@aws-sdk XML parse error: no root element.): ${check}`,
  );
  expect(classify(new Error("so it is"), "iam:GetRole").message).toBe("so it is");
});

it("a failed call is named AwsError in a stack", () => {
  expect(new AwsError("busy", "batch:ListJobs", "ClientException", "wait").name).toBe("AwsError");
});

describe("a sentence of AWS", () => {
  it.each([
    ["JobQueue arn:aws:batch:eu-west-1:1:job-queue/q not found", "notFound"],
    ["JobDefinition hello:7 not found", "notFound"],
    ["JobQueue  not found", "unknown"],
    ["SchedulingPolicy arn:x not found", "notReady"],
    ["the limit exceeded", "quota"],
    ["the limit has been exceeded", "quota"],
    ["you exceed quota", "quota"],
    ["you exceeded the quota", "quota"],
    ["this exceeds limit", "quota"],
    ["you reached the limit", "quota"],
    ["you reached the quota", "quota"],
    ["Socket Hang Up", "unavailable"],
    ["rate exceeded", "throttled"],
  ] as const)("“%s” says %s", (message, kind) => {
    expect(classify(new Error(message), "batch:ListJobs").kind).toBe(kind);
  });
});

describe("plainMessage, of what AWS wraps", () => {
  it.each([
    ["  Error executing request, Exception  :  Bad", "Bad"],
    ["Error executing request, Exception:Bad", "Bad"],
    ["It said: Error executing request, Exception : Bad", "It said: Error executing request, Exception : Bad"],
    [" Bad ", "Bad"],
    ["Bad(RequestID:1-a)", "Bad"],
    ["Bad  (Request ID:  1-a)", "Bad"],
    ["Bad;  RequestId:1-a", "Bad"],
    ["Bad RequestID: 1-a", "Bad"],
    ["Bad,Request ID:  1-a", "Bad"],
    ["Bad!(RequestID: 1) and then", "Bad! and then"],
    ["Bad  Deserialization error: to see the raw response\nlook\nhere", "Bad"],
    ["Bad!Deserialization error: to see the raw response", "Bad!"],
    [`Encoded authorization failure message:${"a".repeat(20)}`, "Encoded authorization failure message: (left out)"],
    [`Encoded authorization failure message:  ${"a".repeat(20)}`, "Encoded authorization failure message: (left out)"],
    ["Encoded authorization failure message: none", "Encoded authorization failure message: none"],
  ])("%j is %j", (text, plain) => {
    expect(plainMessage(text)).toBe(plain);
  });
});

describe("the advice", () => {
  const advice = (kind: FailureKind, message = "words"): string =>
    adviceFor(new AwsError(kind, "batch:UpdateJobQueue", "OddException", message));

  it.each([
    ["throttled", "slows down"],
    ["unavailable", "network path"],
    ["busy", "until its status settles"],
    ["inUse", "still uses it"],
    ["notReady", "only seconds ago"],
    ["notFound", "What the request refers to is not there"],
    ["alreadyExists", "--adoptable-names"],
    ["quota", "Service Quotas"],
    ["invalid", "the field it names"],
    ["unknown", "OddException"],
    ["credentials", "service account's role"],
    ["denied", "Allow batch:UpdateJobQueue"],
  ] as const)("for %s speaks of %s", (kind, words) => {
    expect(advice(kind)).toContain(words);
  });

  it.each(["Signature expired", "Signature not yet current", "is later than", "is now earlier than"])(
    "for credentials with “%s” speaks of the clock",
    (message) => {
      expect(advice("credentials", message)).toContain("clock");
    },
  );

  it.each([
    ["is not authorized to perform iam:PassRole", "Allow iam:PassRole to"],
    ["is not authorized to perform:  iam:PassRole  on resource:  arn:r.", "Allow iam:PassRole on arn:r to"],
    ["not authorized to perform: iam:PassRole on resource: arn:a.b,c, because", "Allow iam:PassRole on arn:a.b,c to"],
    ["is not authorized to perform: ec2-x:Run1 on nothing", "Allow ec2-x:Run1 to"],
  ])("for “%s” begins with “%s”", (message, begin) => {
    expect(advice("denied", message).startsWith(`${begin} the operator's IAM role.`)).toBe(true);
  });

  it("for a denied call says of an encoded message only where there is one", () => {
    expect(advice("denied", "no")).toBe("Allow batch:UpdateJobQueue to the operator's IAM role.");
  });

  it("for an explicit deny names action and resource, or the call alone", () => {
    expect(advice("denied", "with an Explicit Deny")).toContain("denies batch:UpdateJobQueue explicitly");
  });
});
