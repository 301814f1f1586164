import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../../scripts/crds.ts";
import { referencePages } from "../../../scripts/reference/pages.ts";
import { conditionTypes, conditionTypesOf } from "../../../src/api/condition-types.ts";
import type { StructuralSchema } from "../../../src/api/crd.ts";
import { reasonsOf } from "../../../src/api/reasons.ts";
import { kindOf } from "../../../src/api/v1alpha1/kinds.ts";
import { objectFindings, schemaOf } from "../../../src/tools/validation/object.ts";
import { schemaFindings } from "../../../src/tools/validation/schema.ts";
import { nodesOf } from "../../api/schema-nodes.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const crds = customResourceDefinitions();

const pages = referencePages(crds).map(({ path, kind }) => {
  const crd = crds.find(({ spec }) => spec.names.kind === kind);
  const { spec, status } = crd === undefined ? {} : (schemaOf(crd).properties ?? {});
  if (crd === undefined || spec === undefined || status === undefined) throw new Error(`${kind} has no schema`);
  return { path, kind, crd, spec, status, text: readFileSync(root + path, "utf8") };
});

/** The part of a page from a heading to the next of the same level. */
function section(text: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0] ?? "";
  const [, rest = ""] = text.split(`\n${heading}\n`);
  return rest.split(new RegExp(`\n${level} `))[0] ?? "";
}

/** Every word in the first column of a table, in the section Status. */
function reasonsIn(text: string): readonly string[] {
  const cells = section(text, "## Status").matchAll(/^\| (`[A-Z][^|]*) \|/gm);
  const words = [...cells].flatMap(([, cell = ""]) => [...cell.matchAll(/`(\w+)`/g)]);
  return [...new Set(words.map(([, word = ""]) => word))].toSorted();
}

function yamlBlocks(text: string): readonly unknown[] {
  return [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => loadAll(block));
}

interface ShownStatus {
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
}

/** Fields of another kind that the page of a kind names, and says whose they are, or that there is none. */
const fieldsOfOthers: Readonly<Record<string, readonly string[]>> = {
  BatchJob: ["allowedNamespaces"],
  BatchNetwork: ["computeResources"],
  ConsumableResource: ["consumableResourceProperties", "consumableResourcePropertiesOverride"],
  JobQueue: ["platformCapabilities", "totalQuantity"],
  QuotaShare: ["allowedNamespaces", "quotaSharePolicy"],
  SchedulingPolicy: ["schedulingPolicyRef"],
  // `iam` is a feature of the operator's policy there.
  BatchRole: ["executionRoleRef", "iam", "jobRoleRef", "serviceRoleRef"],
  ServiceEnvironment: ["iam", "serviceEnvironmentOrder"],
};
const ofOthers = (kind: string): readonly string[] => fieldsOfOthers[kind] ?? [];

describe.each(pages)("the page of $kind", ({ text, kind, crd, spec, status }) => {
  test("has the outline of all pages", () => {
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      "Example",
      "Writing a spec",
      "What a change does",
      `Working with ${kind} objects`,
      "Status",
    ]);
  });

  test("has a heading for each field of the spec, in the order of the schema", () => {
    const headings = [...section(text, "## Writing a spec").matchAll(/^### `(.*)`$/gm)].map(([, path]) => path);
    expect(headings).toEqual(Object.keys(spec.properties ?? {}).map((name) => `.spec.${name}`));
  });

  test.each([
    { root: "spec", schema: spec },
    { root: "status", schema: status },
  ])("names every field of the $root, itself or where it says that the same fields are shown", ({ root, schema }) => {
    const shared = [...text.matchAll(/^\| `([^`]+)` \|.* The fields are those of `([^`]+)`\. \|$/gm)];
    const isShown = (path: string): boolean => {
      if (text.includes(`\`${path}\``)) return true;
      const origin = shared.find(([, from = ""]) => path.startsWith(from));
      return origin !== undefined && isShown(path.replace(origin[1] ?? "", origin[2] ?? ""));
    };
    const paths = fieldPaths(schema, root);
    expect(paths).not.toEqual([]);
    expect(paths.filter((path) => !isShown(path))).toEqual([]);
  });

  test("has the message of every rule", () => {
    const shown = text.replaceAll("\\", "");
    const messages = nodesOf(spec).flatMap(({ node }) => node["x-kubernetes-validations"] ?? []);
    expect(messages).not.toEqual([]);
    expect(messages.filter(({ message }) => !shown.includes(`- ${message} (`)).map(({ message }) => message)).toEqual(
      [],
    );
  });

  test("says of each field that cannot change that it cannot", () => {
    const fixed = (spec["x-kubernetes-validations"] ?? []).filter(({ rule }) => rule.includes("oldSelf"));
    expect(fixed).not.toEqual([]);
    for (const { fieldPath = "", message } of fixed) {
      const [, refused = ""] = section(text, `### \`.spec${fieldPath}\``).split("Cannot be changed; refused");
      expect(refused).toContain(message);
    }
  });

  test("has every reason of the kind in a table", () => {
    const registered = reasonsOf(kindOf(kind).kind).map(({ reason }) => reason);
    expect(reasonsIn(text)).toEqual([...new Set(registered)].toSorted());
  });

  test("has a section and an example for every type of condition", () => {
    const shown = yamlBlocks(section(text, "## Status")).flatMap(
      (one) => (one as { status: ShownStatus }).status.conditions,
    );
    const types = [...section(text, "## Status").matchAll(/^\| ([A-Z][A-Za-z]+) \|/gm)].map(([, type = ""]) => type);
    expect(types).toEqual(conditionTypesOf(kindOf(kind)));
    expect([...new Set(shown.map(({ type }) => type))].toSorted()).toEqual(types.toSorted());
    expect(types.filter((type) => section(text, `### ${type}`) === "")).toEqual([]);
    const known = reasonsIn(text);
    expect(shown.filter(({ reason }) => !known.includes(reason))).toEqual([]);
  });

  test("has examples that the API server takes", () => {
    const examples = yamlBlocks(section(text, "## Example"));
    expect(examples).toHaveLength(1);
    expect(examples.flatMap((example) => objectFindings(crd, example))).toEqual([]);
    const shown = yamlBlocks(section(text, "## Status")).map((one) => (one as { readonly status: unknown }).status);
    expect(shown.flatMap((one) => schemaFindings(status, one))).toEqual([]);
  });

  test("names no field that the kind does not have", () => {
    const known = new Set([...fieldPaths(spec, "spec"), ...fieldPaths(status, "status")]);
    const named = [...text.matchAll(/(?<![\w.`/-])`?\.?((?:spec|status)(?:\.[A-Za-z]\w*(?:\[\])?)+)/g)].map(
      ([, path = ""]) => `.${path.replace(/\[\]$/, "")}`,
    );
    expect(named.filter((path) => !known.has(path) && !ofOthers(kind).includes(path))).toEqual([]);
  });

  test("names fields of other kinds only where it says whose they are", () => {
    const own = Object.keys(spec.properties ?? {});
    const others = pages
      .flatMap((page) => Object.keys(page.spec.properties ?? {}))
      .filter((name) => !own.includes(name));
    // Rows of the tables of fields come from the schema, and have its enumerations.
    const prose = text.replaceAll(/^\| `\.(?:spec|status)\..*$/gm, "");
    const inner = new Set(
      [...fieldPaths(spec, ""), ...fieldPaths(status, "")].flatMap((path) => path.split(/[.[\]]+/)),
    );
    const named = [...new Set(others)].filter((name) => !inner.has(name) && new RegExp(`\`${name}\\b`).test(prose));
    expect(named.toSorted()).toEqual(ofOthers(kind));
  });

  test("has no placeholder left, and no link that leads nowhere", () => {
    expect(text).not.toContain("{{");
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    const anchors = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = ""]) => anchor);
    expect(anchors).not.toEqual([]);
    expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
  });
});

test("the pages have a section for every type of condition, and for no other", () => {
  const types = pages.flatMap(({ text }) => [...section(text, "## Status").matchAll(/^\| ([A-Z][A-Za-z]+) \|/gm)]);
  expect([...new Set(types.map(([, type = ""]) => type))].toSorted()).toEqual(Object.keys(conditionTypes).toSorted());
});

/** Paths as the pages write them, without the items of lists and the values of maps. */
function fieldPaths(schema: StructuralSchema, root: string): readonly string[] {
  return nodesOf(schema, `.${root}`)
    .map(({ path }) => path)
    .filter((path) => path !== `.${root}` && !/(\[\]|\{\})$/.test(path));
}
