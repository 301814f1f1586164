import { describe, expect, test } from "vitest";
import { type NamedResource, objectNames, plainName, resourceKey } from "../../../src/tools/import/names.ts";

const queue = (awsName: string, region = "us-east-1"): NamedResource => ({ kind: "JobQueue", region, awsName });

type Names = ReadonlyMap<string, string>;

function namesOf(resources: readonly NamedResource[], fixed: Names = new Map(), preferred: Names = new Map()) {
  const { names, renamed } = objectNames(resources, { namespace: "team", clusterPrefix: "" }, { fixed, preferred });
  return {
    names: resources.map((one) => names.get(resourceKey(one))),
    renamed: renamed.map(({ name, why }) => `${name}: ${why}`),
  };
}

test.each([
  ["prod-main", "prod-main"],
  ["Prod_Main", "prod-main"],
  ["team_main", "main"],
  ["team_a_B", "a-b"],
  ["a__", "a"],
  ["team__", "team"],
  ["other_main", "other-main"],
])("the object for %s is called %s", (awsName, name) => {
  expect(plainName(awsName, { namespace: "team", clusterPrefix: "" })).toBe(name);
});

test.each([
  ["blue_team_main", "main"],
  ["team_main", "main"],
  ["blue_main", "blue-main"],
  ["green_team_main", "green-team-main"],
])("in cluster blue, whose name is in all names, the object for %s is called %s", (awsName, name) => {
  expect(plainName(awsName, { namespace: "team", clusterPrefix: "blue_" })).toBe(name);
});

describe("the names of objects", () => {
  test("are reported where Kubernetes does not allow those of AWS", () => {
    expect(namesOf([queue("a"), queue("B_c"), queue("team_d")])).toEqual({
      names: ["a", "b-c", "d"],
      renamed: ["b-c: Kubernetes allows only lower case letters, digits and -"],
    });
  });

  test("go to the resource that has the name in AWS, whatever comes first", () => {
    const { names, renamed } = namesOf([queue("A"), queue("a"), queue("team_a")]);
    expect(names[1]).toBe("a");
    expect(names[0]).toBe("a-us-east-1");
    expect(names[2]).toMatch(/^a-[0-9a-f]{8}$/);
    expect(renamed).toEqual(["a-us-east-1: another JobQueue is called a", `${names[2]}: another JobQueue is called a`]);
  });

  test("differ between regions, and need not between kinds", () => {
    const both = [
      queue("a"),
      queue("a", "eu-west-1"),
      { kind: "JobDefinition", region: "us-east-1", awsName: "a" } as const,
    ];
    expect(namesOf(both).names).toEqual(["a", "a-eu-west-1", "a"]);
  });

  test("of objects that there are already stay, and are nobody else's", () => {
    const fixed = new Map([[resourceKey(queue("x")), "a"]]);
    expect(namesOf([queue("a"), queue("x")], fixed).names).toEqual(["a-us-east-1", "a"]);
  });

  test("may be others than AWS's, which nobody has chosen", () => {
    const [made, other] = [queue("s-Main-X1"), queue("s-main")];
    const preferred = new Map([[resourceKey(made), "s-Main"]]);
    expect(namesOf([made], undefined, preferred)).toEqual({
      names: ["s-main"],
      renamed: ["s-main: its template gives it no name"],
    });
    expect(namesOf([made, other], undefined, preferred).names).toEqual(["s-main-us-east-1", "s-main"]);
  });
});
