import { expect, test } from "vitest";
import { accepted, asAccepted, isConfirmed, outdatedIn } from "../../../conformance/facts/accepted.ts";
import { digestOf } from "../../../conformance/facts/amend.ts";
import { invalid, type Row } from "../../../conformance/facts/row.ts";
import { believed, semantics } from "../../../conformance/facts/table.ts";

const row: Row = {
  id: "CreateJobQueue: no name",
  source: "[SDK] ours",
  first: [],
  call: { operation: "CreateJobQueue", input: {} },
  expected: invalid("jobQueueName is required."),
};
const is = { kind: "refused", name: "ClientException", status: 400, text: "Name it.", wrapped: true } as const;
const run = { runs: [] };

test("what AWS has said outranks every other source", () => {
  const facts = { [row.id]: { date: "2026-11-30", digest: digestOf(row), is } };
  expect(asAccepted([row], { ...run, facts })).toEqual([{ ...row, source: "[AWS 2026-11-30]", expected: is }]);
});

test("what AWS has confirmed keeps its sources, and its words are no more ours", () => {
  const facts = { [row.id]: { date: "2026-11-30", digest: digestOf(row) } };
  const [now] = asAccepted([row], { ...run, facts });
  expect(now).toEqual({ ...row, source: "[AWS 2026-11-30] [SDK]" });
  expect(now === undefined || isConfirmed(now)).toBe(true);
  expect(isConfirmed(row)).toBe(false);
});

test("a fact that is otherwise than it was tried is not confirmed, and is named", () => {
  const facts = { [row.id]: { date: "2026-11-30", digest: "another", is } };
  expect(asAccepted([row], { ...run, facts })).toEqual([row]);
  expect(outdatedIn([row], { ...run, facts })).toEqual([row.id]);
});

test("every fact that was accepted is in the table, as it was tried", () => {
  expect(outdatedIn(believed, accepted)).toEqual([]);
});

test("these facts no AWS has confirmed yet", async () => {
  const lines = semantics.filter((one) => !isConfirmed(one)).map(({ id, source }) => `${id}  (${source})\n`);
  await expect(lines.join("")).toMatchFileSnapshot("../../golden/conformance/unconfirmed.txt");
});
