import { describe, expect, it } from "vitest";
import { fieldDifferences, fixedDifference } from "../../../src/controllers/fields/differences.ts";
import { creationOf, updateOf } from "../../../src/controllers/fields/requests.ts";
import { fieldsOf } from "../../../src/controllers/fields/rows.ts";

interface Spec {
  readonly thingName?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly size: number;
  readonly state?: "ENABLED" | "DISABLED";
  readonly shape?: "ROUND" | "FLAT";
  readonly color?: string;
  readonly colorRef?: { readonly name: string };
  readonly limits?: { readonly low?: number; readonly high?: number };
  readonly drain?: { readonly policy?: string };
}
type Create = Pick<Spec, "size" | "state" | "shape" | "color" | "limits">;
interface Update extends Pick<Spec, "size" | "state" | "color" | "limits"> {
  readonly note?: string;
}
type Described = Partial<Create>;

const limits = { fields: { low: { nothing: 0 }, high: {} } } as const;
const rest = { colorRef: { sentBy: "plan" }, drain: { sentBy: "nobody" } } as const;
const round = { in: "creation", initially: "ROUND" } as const;
const complete = { size: {}, state: {}, shape: round, color: {}, limits, ...rest } as const;

const fields = fieldsOf<Spec, Create, Update, "thingName", Described>({
  ...complete,
  state: { absent: "kept", initially: "ENABLED" },
  shape: {
    ...round,
    fixed: ({ shape }, found) =>
      shape === undefined || shape === found.shape ? undefined : { reason: "ResourceTypeFixed", message: "no" },
  },
  color: { nothing: "white", reference: "colorRef" },
});

describe("a table of fields does not compile", () => {
  type Rows = Parameters<typeof fieldsOf<Spec, Create, Update, "thingName", Described>>[0];
  const { size, ...without } = complete;

  it.each<[string, Rows]>([
    // @ts-expect-error
    ["without a row for a field", without],
    // @ts-expect-error
    ["with a row for a field that the schema does not have", { ...complete, weight: {} }],
    // @ts-expect-error
    ["where no request has the member", { ...complete, drain: {} }],
    // @ts-expect-error
    ["where it does not say that only a creation has it", { ...complete, shape: {} }],
    // @ts-expect-error
    ["without a row for a field of a field", { ...complete, limits: { fields: { low: {} } } }],
    // @ts-expect-error
    ["with a value that the field cannot have", { ...complete, state: { initially: "PAUSED" } }],
  ])("%s", (_name, rows) => {
    expect(rows).toBeDefined();
    expect(size).toBeDefined();
  });
});

describe("a resource differs from its spec", () => {
  const spec: Spec = { size: 1 };
  const described: Described = { size: 1, state: "DISABLED", shape: "FLAT", color: "white" };

  it.each<[string, Partial<Spec>, Described, readonly string[]]>([
    ["in nothing that is AWS's own where the spec leaves it out", {}, {}, []],
    ["in a value", { size: 2 }, {}, ["spec.size 1 2"]],
    ["in what is restored where the spec leaves it out", {}, { color: "red" }, ['spec.color "red" "white"']],
    ["in what a reference leads to", { color: "red", colorRef: { name: "r" } }, {}, ['spec.colorRef "white" "red"']],
    ["in a member that AWS does not show", { state: "ENABLED" }, { state: undefined }, ['spec.state null "ENABLED"']],
    ["in nothing of a field that the spec does not have", {}, { limits: { low: 3 } }, []],
    ["in a field of a field", { limits: {} }, { limits: { low: 3 } }, ["spec.limits.low 3 0"]],
    ["not in what no update changes", { shape: "ROUND" }, {}, []],
  ] as [string, Partial<Spec>, Described, readonly string[]][])("%s", (_name, desired, change, expected) => {
    const found = fieldDifferences(fields, { ...spec, ...desired }, { ...described, ...change });
    expect(found.map(({ path, from, to }) => `${path} ${from} ${to}`)).toEqual(expected);
  });

  it("in what only a person can resolve, with its field", () => {
    const found = fixedDifference(fields, { ...spec, shape: "ROUND" }, described);
    expect(found).toEqual({
      paths: ["spec.shape"],
      next: { kind: "blocked", reason: "ResourceTypeFixed", message: "no" },
    });
  });
});

it("a creation sends what the spec has, and first values where it has none", () => {
  expect(creationOf(fields, { size: 1 })).toEqual({ size: 1, state: "ENABLED", shape: "ROUND" });
  expect(creationOf(fields, { size: 1, state: "DISABLED", limits: { high: 2 }, drain: { policy: "Wait" } })).toEqual({
    size: 1,
    state: "DISABLED",
    shape: "ROUND",
    limits: { high: 2 },
  });
});

it("an update sends what differs alone, each member in its place", () => {
  const found = fieldDifferences(fields, { size: 2, limits: { low: 1, high: 2 } }, { size: 1, limits: { low: 1 } });
  expect(updateOf(found)).toEqual({ size: 2, limits: { high: 2 } });
});
