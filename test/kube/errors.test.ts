import { describe, expect, test } from "vitest";
import { answerError, connectionError, type RequestTarget } from "../../src/kube/errors.ts";

const target: RequestTarget = { verb: "patch", resource: "widgets.test.dev/status", namespace: "team-a", name: "w" };
const status = (code: number, reason: string, message: string, details?: unknown): string =>
  JSON.stringify({ kind: "Status", code, reason, message, details });

describe("an answer of the API server", () => {
  const cases: [string, number, string, string, string][] = [
    [
      "names verb, resource and namespace when RBAC is too narrow",
      403,
      status(403, "Forbidden", 'widgets.test.dev "w" is forbidden: User "me" cannot patch resource "widgets/status"'),
      "Forbidden",
      'not allowed to patch widgets.test.dev/status in namespace team-a: widgets.test.dev "w" is forbidden: ' +
        'User "me" cannot patch resource "widgets/status"',
    ],
    [
      "says that credentials are not accepted",
      401,
      status(401, "Unauthorized", "Unauthorized"),
      "Unauthorized",
      "the API server does not accept the credentials (401) to patch widgets.test.dev/status in namespace team-a: " +
        "Unauthorized",
    ],
    [
      "reports a missing object",
      404,
      status(404, "NotFound", 'widgets.test.dev "w" not found'),
      "NotFound",
      'cannot patch widgets.test.dev/status "team-a/w": widgets.test.dev "w" not found',
    ],
    [
      "from a kind that is not there",
      404,
      "404 page not found\n",
      "CrdMissing",
      "the API server does not serve widgets.test.dev/status: are the CRDs installed?",
    ],
    [
      "gives the server's words, in one line",
      422,
      status(422, "Invalid", "spec.size: Invalid value: 0:\n  must be positive"),
      "Invalid",
      'cannot patch widgets.test.dev/status "team-a/w": spec.size: Invalid value: 0: must be positive',
    ],
    [
      "takes a manifest that does not fit the schema for what it is",
      500,
      status(
        500,
        "",
        "failed to create typed patch object (team-a/w; test.dev/v1, Kind=Widget): .spec.size: expected numeric",
      ),
      "Invalid",
      'cannot patch widgets.test.dev/status "team-a/w": failed to create typed patch object ' +
        "(team-a/w; test.dev/v1, Kind=Widget): .spec.size: expected numeric",
    ],
    [
      "gives what a proxy says",
      502,
      "<html>Bad Gateway</html>",
      "Unavailable",
      'cannot patch widgets.test.dev/status "team-a/w": <html>Bad Gateway</html>',
    ],
    [
      "gives the code when nothing is said",
      500,
      "",
      "Unavailable",
      'cannot patch widgets.test.dev/status "team-a/w": the API server answered 500',
    ],
  ];
  test.each(cases)("%s", (_what, code, body, reason, message) => {
    expect(answerError(target, code, body)).toMatchObject({ name: "ApiError", code, reason, message });
  });

  test.each([
    [409, "Conflict"],
    [410, "Gone"],
    [429, "TooManyRequests"],
    [400, "Invalid"],
    [405, "Invalid"],
    [408, "Unavailable"],
    [503, "Unavailable"],
    [504, "Unavailable"],
  ])("of %i is %s", (code, reason) => {
    expect(answerError(target, code, status(code, "", "no"))).toMatchObject({ reason });
  });

  test.each([
    ["the header", status(429, "TooManyRequests", "later"), "7", 7000],
    ["the details before the header", status(429, "TooManyRequests", "later", { retryAfterSeconds: 3 }), "7", 3000],
    ["a minute at most in the header", status(503, "ServiceUnavailable", "later"), "3600", 60_000],
    [
      "a minute at most in the details",
      status(429, "TooManyRequests", "later", { retryAfterSeconds: 9e6 }),
      "",
      60_000,
    ],
    ["nothing", status(503, "ServiceUnavailable", "later"), "", undefined],
    ["nothing that is no number of seconds", "", "Wed, 21 Oct 2026 07:28:00 GMT", undefined],
  ])("says when to come again by %s", (_what, body, header, waitMs) => {
    expect(answerError(target, 429, body, header).retryAfterMs).toBe(waitMs);
  });

  test("carries its causes", () => {
    const body = status(403, "Forbidden", "no", { causes: [{ reason: "NamespaceTerminating" }] });
    const error = answerError(target, 403, body);
    expect([error.hasCause("NamespaceTerminating"), error.hasCause("Other")]).toEqual([true, false]);
  });
});

test.each([
  [Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }), "connection refused"],
  [new AggregateError([Object.assign(new Error(), { code: "ETIMEDOUT" })]), "the connection timed out"],
  [Object.assign(new Error(), { code: "ENOTFOUND" }), "the host name does not resolve"],
  [Object.assign(new Error(), { code: "CERT_HAS_EXPIRED" }), "its certificate has expired"],
  [Object.assign(new Error("wrong\n  version number"), { code: "ERR_SSL" }), "wrong version number"],
  ["odd", "odd"],
])("names host and cause when there is no answer: %s", (error, cause) => {
  expect(connectionError("https://api:6443", error)).toMatchObject({
    reason: "Unavailable",
    message: `no answer from the API server https://api:6443: ${cause}`,
    cause: error,
  });
});
