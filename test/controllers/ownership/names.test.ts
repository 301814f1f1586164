import { describe, expect, it } from "vitest";
import {
  allowedName,
  asNamed,
  type NameLimits,
  type NameSeen,
  notAdoptable,
} from "../../../src/controllers/ownership/names.ts";
import type { Plan } from "../../../src/controllers/pass/agenda.ts";

const none: NameLimits = { allowedNames: [], adoptableNames: [] };
const seen = (name: string, flags: Partial<NameLimits> = {}, annotations = {}): NameSeen =>
  allowedName({ namespace: "team", name, field: "spec.jobQueueName" }, { ...none, ...flags }, annotations, "replace");
const allowedBy = (text: string) => ({ "awsbatch.dev/allowed-names": text });
const adoptableBy = (text: string) => ({ "awsbatch.dev/adoptable-names": text });

describe("a name with the prefix of another namespace", () => {
  it.each<[string, Partial<NameLimits>, Readonly<Record<string, string>>, NameSeen["kind"]]>([
    ["is refused by default", {}, {}, "refused"],
    ["is allowed by a flag for the namespace", { allowedNames: ["team/prod_*"] }, {}, "allowed"],
    ["is allowed by a flag for all namespaces", { allowedNames: ["*/prod_*"] }, {}, "allowed"],
    ["is not allowed by a flag for another namespace", { allowedNames: ["x/prod_*", "tea/prod_*"] }, {}, "refused"],
    ["is not allowed by a flag for other names", { allowedNames: ["team/test_*"] }, {}, "refused"],
    ["is allowed by the annotation of its namespace", {}, allowedBy("test_*,\n prod_*"), "allowed"],
    ["is refused by an annotation in place of the flag", { allowedNames: ["*/*"] }, allowedBy("test_*"), "refused"],
    ["is refused by an empty annotation", { allowedNames: ["*/*"] }, allowedBy(""), "refused"],
    ["is allowed where it may be adopted", { adoptableNames: ["team/prod_*"] }, {}, "allowed"],
    ["is not allowed where all namespaces may adopt it", { adoptableNames: ["*/*"] }, {}, "refused"],
    ["is allowed where an annotation lets it be adopted", {}, adoptableBy("prod_*"), "allowed"],
  ])("%s", (_name, flags, annotations, expected) => {
    expect(seen("prod_q", flags, annotations).kind).toBe(expected);
  });

  it("is refused with the list in force, and the next step", () => {
    const { message } = seen("prod_q", {}, allowedBy("test_*")) as Extract<NameSeen, { kind: "refused" }>;
    expect(message).toContain("(annotation awsbatch.dev/allowed-names of the namespace: test_*)");
    expect(message).toContain("a name that begins with team_");
  });
});

describe("a name without the prefix of a namespace", () => {
  it.each<[string, Partial<NameLimits>, Readonly<Record<string, string>>, NameSeen["kind"]]>([
    ["is free", {}, {}, "allowed"],
    ["belongs to the namespace that may adopt it", { adoptableNames: ["x/old-*"] }, {}, "refused"],
    ["belongs to the namespace that it is allowed for", { allowedNames: ["x/old-*"] }, {}, "refused"],
    ["is shared by several namespaces of a list", { adoptableNames: ["x/old-*", "team/old-q"] }, {}, "allowed"],
    ["is free where only other names are listed", { adoptableNames: ["x/older-*"] }, {}, "allowed"],
    ["is free where all may adopt it", { adoptableNames: ["*/*"] }, {}, "allowed"],
    ["stays of one namespace where all may adopt it too", { adoptableNames: ["*/*", "x/old-*"] }, {}, "refused"],
    [
      "is given to a second namespace by its annotation",
      { adoptableNames: ["x/old-*"] },
      allowedBy("old-q"),
      "allowed",
    ],
  ])("%s", (_name, flags, annotations, expected) => {
    expect(seen("old-q", flags, annotations).kind).toBe(expected);
  });

  it("is refused with whose it is", () => {
    const { message } = seen("old-q", { adoptableNames: ["x/old-*"] }) as Extract<NameSeen, { kind: "refused" }>;
    expect(message).toMatch(
      /^spec\.jobQueueName: old-q is listed for x by --allowed-names or --adoptable-names, and is not/,
    );
  });
});

it("an annotation that can only narrow allows no name and no adoption", () => {
  const narrow = (flags: Partial<NameLimits>, annotations: Readonly<Record<string, string>>): NameSeen =>
    allowedName(
      { namespace: "team", name: "prod_q", field: "spec.jobQueueName" },
      { ...none, ...flags },
      annotations,
      "narrow",
    );
  expect(narrow({}, { ...allowedBy("*"), ...adoptableBy("*") })).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("(--allowed-names: none)") as string,
  });
  expect(narrow({ allowedNames: ["team/*"] }, allowedBy("prod_*")).kind).toBe("allowed");
  expect(narrow({ allowedNames: ["team/*"] }, allowedBy("")).kind).toBe("refused");
});

it("a resource may be adopted where the flag or the annotation has its name for this namespace", () => {
  const from = (flags: Partial<NameLimits>, annotations = {}) => notAdoptable(seen("old-q", flags, annotations));
  expect(from({ adoptableNames: ["team/old-*"] })).toBeUndefined();
  expect(from({}, adoptableBy("old-*"))).toBeUndefined();
  expect(from({ adoptableNames: ["x/other-*"] })).toBe(
    "this namespace may not adopt it: ask the operator's administrator for the entry team/old-q in --adoptable-names",
  );
  expect(from({ adoptableNames: ["*/*"] }, adoptableBy(""))).toBe(
    "this namespace may not adopt it: ask the operator's administrator for the entry old-q in annotation awsbatch.dev/adoptable-names of the namespace",
  );
});

describe("the plan of an object", () => {
  const plan: Plan<string> = {
    change: { action: "Create", id: "7", reason: "NotInAWS", changes: [] },
    agenda: [{ kind: "act", action: "create", reason: "Creating", message: "" }],
    conditions: [{ type: "ReferencesResolved", status: "True", reason: "Resolved", message: "" }],
  };

  it("stays as it is where the name is allowed", () => {
    expect(asNamed(plan, seen("q"), "team")).toBe(plan);
  });

  it("is to write nothing where the name is refused", () => {
    expect(asNamed(plan, { kind: "refused", message: "no" }, "team")).toMatchObject({
      change: { action: "None", id: "7", reason: "NotAllowed" },
      agenda: [{ kind: "blocked", reason: "NotAllowed", message: "no" }],
      conditions: plan.conditions,
    });
  });

  it("is to keep serving, and to write nothing, where the namespace cannot be read", () => {
    const { agenda } = asNamed(plan, { kind: "unread", why: "Forbidden" }, "team");
    expect(agenda).toMatchObject([{ kind: "wait", reason: "NamespaceUnreadable", holds: "writes" }, { kind: "act" }]);
  });
});
