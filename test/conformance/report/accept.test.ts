import { expect, test } from "vitest";
import { type Accepted, asAccepted } from "../../../conformance/facts/accepted.ts";
import { digestOf } from "../../../conformance/facts/amend.ts";
import { differencesOf } from "../../../conformance/facts/compare.ts";
import { answered, invalid, type Row } from "../../../conformance/facts/row.ts";
import { accept } from "../../../conformance/report/accept.ts";
import type { Result } from "../../../conformance/report/result.ts";
import { verdictOf } from "../../../conformance/report/verdict.ts";
import { defaultKnobs } from "../../../src/simulator/knobs.ts";

const rowOf = (id: string, expected: Row["expected"]): Row => ({
  id,
  source: "[SDK]",
  first: [],
  call: { operation: "DescribeJobQueues", input: {} },
  expected,
});
const text = rowOf("a text", invalid("no"));
const members = rowOf("members", answered({ state: "ENABLED", type: "ECS" }));
const untried = rowOf("untried", answered());
const believed = [text, members, untried];
const none: Accepted = { runs: [], facts: {} };
const before = { accepted: none, times: {}, knobs: defaultKnobs };

function resultOf(table: readonly Row[], answer: object, change: Partial<Result> = {}): Result {
  const [words, described] = table as [Row, Row];
  const wrapped = "Error executing request, Exception : No., RequestId: 00000000-0000-4000-8000-000000000000";
  const refusal = { error: { name: "ClientException", status: 400, message: wrapped } };
  return {
    of: "AWS",
    date: "2026-11-30",
    region: "eu-west-1",
    facts: [
      { fact: words.id, digest: digestOf(words), ...verdictOf(words, refusal) },
      { fact: described.id, digest: digestOf(described), ...verdictOf(described, { answer }) },
      { fact: untried.id, digest: digestOf(untried), kind: "not tried", why: "needs time" },
    ],
    times: [],
    ...change,
  };
}

test("a result replaces what differs, confirms what agrees, and leaves alone what was not tried", () => {
  const answer = { state: "ENABLED", type: "ECS" };
  const { accepted, replaced, skipped } = accept(resultOf(believed, answer), before, { believed, semantics: believed });
  expect(replaced).toEqual([text.id]);
  expect(skipped).toEqual([]);
  expect(accepted.runs).toEqual([{ date: "2026-11-30", region: "eu-west-1", tried: 2, differed: 1 }]);
  expect(asAccepted(believed, accepted)).toEqual([
    { ...text, source: "[AWS 2026-11-30]", expected: invalid("No.") },
    { ...members, source: "[AWS 2026-11-30] [SDK]" },
    untried,
  ]);
});

test("a later result adds to what an earlier one has said of other members", () => {
  const first = accept(resultOf(believed, { state: "DISABLED", type: "ECS" }), before, {
    believed,
    semantics: believed,
  });
  const semantics = asAccepted(believed, first.accepted);
  const seen = { state: "DISABLED", type: "EKS" };
  const later = resultOf(semantics, seen, { date: "2026-12-07" });
  const { accepted } = accept(later, { ...before, accepted: first.accepted }, { believed, semantics });
  const [, now] = asAccepted(believed, accepted);
  expect(now?.source).toBe("[AWS 2026-12-07]");
  expect(differencesOf(now?.expected ?? text.expected, { answer: seen })).toEqual([]);
  expect(accepted.runs).toHaveLength(2);
});

test("a fact that has changed since the run is skipped, and named", () => {
  const result = resultOf(believed, { state: "ENABLED", type: "ECS" });
  const table = [{ ...text, expected: invalid("never") }, members, untried];
  const { accepted, skipped } = accept(result, before, { believed: table, semantics: table });
  expect(skipped).toEqual([text.id]);
  expect(Object.keys(accepted.facts)).toEqual([members.id]);
});

test("only a result of AWS is taken", () => {
  const result = resultOf(believed, {}, { of: "another endpoint" });
  expect(() => accept(result, before, { believed, semantics: believed })).toThrow(
    "this result is not of AWS: the run had --endpoint-url, or AWS_ENDPOINT_URL",
  );
});

test("durations become the simulator's, with their spread; what has a maximum only rises", () => {
  const of = (
    id: Result["times"][number]["id"],
    min: number,
    median: number,
    max: number,
  ): Result["times"][number] => ({
    id,
    min,
    median,
    max,
    believed: 0,
    verdict: "agrees",
  });
  const times = [of("createEc2", 50, 61.5, 80), of("write", 0.2, 0.4, 1), of("tag", 0.2, 1, 5), of("job", 1, 2, 7)];
  const { times: measured } = accept(resultOf(believed, {}, { times }), before, { believed, semantics: believed });
  const source = "[AWS 2026-11-30]";
  expect(measured).toEqual({
    ec2ValidMs: { min: 50_000, median: 61_500, max: 80_000, source },
    jobVisibleMs: { min: 0, median: 2000, max: 2000, source },
    stalenessMs: { min: 0, median: 5000, max: 5000, source },
  });
});
