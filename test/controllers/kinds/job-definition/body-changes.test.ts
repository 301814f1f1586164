import { describe, expect, test } from "vitest";
import { bodyChanges } from "../../../../src/controllers/kinds/job-definition/body-changes.ts";

function paths(from: Readonly<Record<string, unknown>>, to: Readonly<Record<string, unknown>>) {
  return bodyChanges(from, to).map((change) => [change.path, change.from, change.to]);
}

const inContainer = (member: string, value: unknown) => ({ containerProperties: { [member]: value } });

describe("the difference of two bodies", () => {
  test("is nothing for equal bodies", () => {
    expect(paths({ type: "container" }, { type: "container" })).toEqual([]);
  });

  test("is nothing for bodies that mean the same to AWS Batch", () => {
    expect(paths({ platformCapabilities: ["EC2"], parameters: {} }, {})).toEqual([]);
  });

  test("names the field with its values", () => {
    const from = { containerProperties: { image: "a:1" }, timeout: { attemptDurationSeconds: 60 } };
    expect(paths(from, { containerProperties: { image: "a:2" } })).toEqual([
      ["spec.containerProperties.image", '"a:1"', '"a:2"'],
      ["spec.timeout", undefined, undefined],
    ]);
  });

  test("says that a revision never changes", () => {
    expect(bodyChanges({ parameters: { a: "1" } }, { parameters: { a: "2" } })).toEqual([
      {
        path: "spec.parameters.a",
        kind: "register",
        why: "a revision never changes: another body is another revision",
      },
    ]);
  });

  test("distinguishes the items of a list by name or type", () => {
    const requirement = (type: string, value: string) => ({ type, value });
    expect(
      paths(
        inContainer("resourceRequirements", [requirement("MEMORY", "1024"), requirement("VCPU", "1")]),
        inContainer("resourceRequirements", [
          requirement("GPU", "1"),
          requirement("MEMORY", "2048"),
          requirement("VCPU", "1"),
        ]),
      ),
    ).toEqual([
      ["spec.containerProperties.resourceRequirements[MEMORY].value", "1024", "2048"],
      ["spec.containerProperties.resourceRequirements[GPU]", "nothing", '{"type":"GPU","value":1}'],
    ]);
  });

  test("names a variable of an environment and hides its value", () => {
    const environment = (value: string) => inContainer("environment", [{ name: "PASSWORD", value }]);
    expect(paths(environment("before"), environment("after"))).toEqual([
      ["spec.containerProperties.environment[PASSWORD].value", undefined, undefined],
    ]);
  });

  test("quotes a key that is not a plain word", () => {
    expect(paths({ parameters: { "a.b": "1" } }, { parameters: { "a.b": "2" } })).toEqual([
      ['spec.parameters["a.b"]', undefined, undefined],
    ]);
  });

  test("takes a list as a whole where nothing distinguishes its items", () => {
    const rules = (action: string) => ({ retryStrategy: { evaluateOnExit: [{ action }] } });
    expect(paths(rules("retry"), rules("exit"))).toEqual([
      ["spec.retryStrategy.evaluateOnExit", '[{"action":"retry"}]', '[{"action":"exit"}]'],
    ]);
  });
});
