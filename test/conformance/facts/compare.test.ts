import { expect, it } from "vitest";
import { differencesOf, type Outcome } from "../../../conformance/facts/compare.ts";
import { answered, anyNumber, type Expected, invalid, matching, refused } from "../../../conformance/facts/row.ts";

const wrapped = (text: string): string =>
  `Error executing request, Exception : ${text}, RequestId: 00000000-0000-4000-8000-000000000000`;
const error = (name: string, status: number, message: string): Outcome => ({ error: { name, status, message } });

it.each<[string, Expected, Outcome, readonly string[]]>([
  ["a refusal with its text agrees", invalid("no"), error("ClientException", 400, wrapped("no")), []],
  ["another text differs", invalid("no"), error("ClientException", 400, wrapped("No")), ["text: no, not No"]],
  [
    "a wrapper that is missing differs",
    invalid("no"),
    error("ClientException", 400, "no"),
    ["wrapper: Error executing request, Exception : …, not none"],
  ],
  ["another status differs", refused("no", 409), error("ClientException", 400, "no"), ["status: 409, not 400"]],
  [
    "another exception differs",
    refused("no"),
    error("ServerException", 400, "no"),
    ["exception: ClientException, not ServerException"],
  ],
  ["what is not refused differs", refused("no"), { answer: {} }, ["exception: ClientException: no, not an answer"]],
  [
    "what is refused differs",
    answered(),
    error("ClientException", 400, "no"),
    ["exception: an answer, not 400 ClientException: no"],
  ],
  ["more members than expected agree", answered({ a: 1 }), { answer: { a: 1, b: 2 } }, []],
  ["a member of another value differs", answered({ a: { b: 1 } }), { answer: { a: { b: 2 } } }, ["a.b: 1, not 2"]],
  ["a member that is missing differs", answered({ a: { b: 1 } }), { answer: { a: {} } }, ["a.b: 1, not nothing"]],
  ["a list of more entries differs", answered({ a: [] }), { answer: { a: [1] } }, ["a: [], not [1]"]],
  ["a list for an object differs", answered({ a: {} }), { answer: { a: [] } }, ["a: {}, not []"]],
  ["null for an object differs", answered({ a: {} }), { answer: { a: null } }, ["a: {}, not null"]],
  [
    "a member that should be absent differs",
    answered({}, ["a.0.b"]),
    { answer: { a: [{ b: 1 }] } },
    ["a.0.b: nothing, not 1"],
  ],
  ["a pattern that holds agrees", answered({ a: matching(/x/), b: anyNumber }), { answer: { a: "axb", b: 3 } }, []],
  [
    "a pattern that does not hold differs",
    answered({ a: anyNumber }),
    { answer: { a: "3" } },
    ['a: a number, not "3"'],
  ],
])("%s", (_name, expected, outcome, differences) => {
  expect(differencesOf(expected, outcome).map((one) => `${one.where}: ${one.expected}, not ${one.seen}`)).toEqual(
    differences,
  );
});
