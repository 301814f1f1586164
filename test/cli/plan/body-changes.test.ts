import { describe, expect, test } from "vitest";
import { bodyChanges } from "../../../src/cli/plan/body-changes.ts";

function paths(from: Readonly<Record<string, unknown>>, to: Readonly<Record<string, unknown>>) {
  return bodyChanges(from, to).map((change) => [change.path, change.from, change.to]);
}

describe("the difference of two bodies", () => {
  test("is nothing for equal bodies", () => {
    expect(paths({ type: "container" }, { type: "container" })).toEqual([]);
  });

  test("names the field with its values", () => {
    const from = { containerProperties: { image: "a:1" }, timeout: { attemptDurationSeconds: 60 } };
    expect(paths(from, { containerProperties: { image: "a:2" } })).toEqual([
      ["spec.containerProperties.image", '"a:1"', '"a:2"'],
      ["spec.timeout", undefined, undefined],
    ]);
  });

  test("tells the items of a list apart by name or type", () => {
    const requirement = (type: string, value: number) => ({ type, value });
    expect(
      paths(
        { resourceRequirements: [requirement("MEMORY", 1024), requirement("VCPU", 1)] },
        { resourceRequirements: [requirement("GPU", 1), requirement("MEMORY", 2048), requirement("VCPU", 1)] },
      ),
    ).toEqual([
      ["spec.resourceRequirements[MEMORY].value", "1024", "2048"],
      ["spec.resourceRequirements[GPU]", "nothing", '{"type":"GPU","value":1}'],
    ]);
  });

  test.each([["environment"], ["secrets"]])("never shows what is in %s", (member) => {
    const changes = bodyChanges(
      { containerProperties: { [member]: [{ name: "A", value: "before", valueFrom: "before" }] } },
      { containerProperties: { [member]: [{ name: "A", value: "after", valueFrom: "after" }] } },
    );
    expect(changes.map(({ path }) => path)).toContain(`spec.containerProperties.${member}[A].value`);
    expect(JSON.stringify(changes)).not.toMatch(/before|after/);
  });

  test.each([["command"], ["parameters"], ["entryPoint"]])("never shows %s", (member) => {
    const changes = bodyChanges({ [member]: ["before"] }, { [member]: ["after"] });
    expect(changes).toEqual([
      { path: `spec.${member}`, kind: "register", why: "a revision never changes: another body is another revision" },
    ]);
  });

  test("takes a list as a whole where nothing tells its items apart", () => {
    expect(paths({ evaluateOnExit: [{ action: "retry" }] }, { evaluateOnExit: [{ action: "exit" }] })).toEqual([
      ["spec.evaluateOnExit", undefined, undefined],
    ]);
  });
});
