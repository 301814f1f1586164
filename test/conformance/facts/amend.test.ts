import { expect, it, test } from "vitest";
import { type Amendment, amended, amendmentOf, digestOf } from "../../../conformance/facts/amend.ts";
import { differencesOf, type Outcome } from "../../../conformance/facts/compare.ts";
import { answered, anyNumber, type Expected, invalid, type Row, refused } from "../../../conformance/facts/row.ts";

const wrapped = (text: string): string =>
  `Error executing request, Exception : ${text}, RequestId: 00000000-0000-4000-8000-000000000000`;
const error = (name: string, status: number, message: string): Outcome => ({ error: { name, status, message } });

it.each<[string, Expected, Outcome, Amendment]>([
  [
    "another text",
    invalid("no"),
    error("ClientException", 400, wrapped("No.")),
    { kind: "refused", name: "ClientException", status: 400, text: "No.", wrapped: true },
  ],
  [
    "another status, without the wrapper",
    invalid("no"),
    error("ServerException", 500, "no"),
    { kind: "refused", name: "ServerException", status: 500, text: "no", wrapped: false },
  ],
  ["an answer for a refusal", refused("no"), { answer: { a: 1 } }, { kind: "answered" }],
  [
    "a refusal for an answer",
    answered({ a: 1 }),
    error("ClientException", 400, "no"),
    { kind: "refused", name: "ClientException", status: 400, text: "no", wrapped: false },
  ],
  [
    "another value",
    answered({ queues: [{ state: "ENABLED", priority: anyNumber }] }),
    { answer: { queues: [{ state: "DISABLED", priority: 3 }] } },
    { kind: "members", values: { "queues.0.state": "DISABLED" }, absent: [] },
  ],
  [
    "a member that is missing",
    answered({ queues: [{ state: "ENABLED", priority: 1 }] }),
    { answer: { queues: [{ priority: 1 }] } },
    { kind: "members", values: {}, absent: ["queues.0.state"] },
  ],
  [
    "a member that should be absent",
    answered({}, ["queues.0.tags"]),
    { answer: { queues: [{ tags: {} }] } },
    { kind: "members", values: { "queues.0.tags": {} }, absent: [] },
  ],
  [
    "a list of another length",
    answered({ jobs: [] }),
    { answer: { jobs: [{ id: 1 }] } },
    { kind: "members", values: { jobs: [{ id: 1 }] }, absent: [] },
  ],
])("%s becomes the belief, as JSON", (_name, expected, outcome, amendment) => {
  expect(amendmentOf(expected, outcome)).toEqual(amendment);
  const stored = JSON.parse(JSON.stringify(amendment)) as Amendment;
  const now = amended(expected, stored);
  expect(differencesOf(expected, outcome)).not.toEqual([]);
  expect(differencesOf(now, outcome)).toEqual([]);
});

test("what is not contradicted stays, patterns too", () => {
  const before = answered({ queues: [{ state: "ENABLED", priority: anyNumber }] }, ["queues.0.tags"]);
  const now = amended(before, { kind: "members", values: { "queues.0.state": "DISABLED" }, absent: [] });
  expect(now).toEqual(answered({ queues: [{ state: "DISABLED", priority: anyNumber }] }, ["queues.0.tags"]));
  expect(before).toEqual(answered({ queues: [{ state: "ENABLED", priority: anyNumber }] }, ["queues.0.tags"]));
});

test("the digest changes with the call, what comes first, and the belief, and with nothing else", () => {
  const row: Row = {
    id: "a",
    source: "[SDK]",
    first: [],
    call: { operation: "DescribeJobs", input: {} },
    expected: answered({ a: anyNumber }),
  };
  const others: Row[] = [
    { ...row, call: { operation: "DescribeJobs", input: { jobs: [] } } },
    { ...row, first: [{ operation: "SubmitJob", input: {}, next: "at once" }] },
    { ...row, expected: answered({ a: 1 }) },
  ];
  expect(digestOf({ ...row, id: "b", source: "[UG]" })).toBe(digestOf(row));
  expect(new Set([row, ...others].map(digestOf)).size).toBe(4);
});
