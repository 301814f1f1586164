import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { StructuralSchema } from "../../../../src/api/crd.ts";
import { crds } from "../../../../src/api/v1alpha1/crds.ts";
import { schemaOf } from "../../../../src/tools/validation/object.ts";
import { schemaFindings } from "../../../../src/tools/validation/schema.ts";
import { nodesOf } from "../../schema-nodes.ts";

/**
 * Every bound of every field that users write, as `golden/bounds.txt` has it: a bound that changes has to change there
 * as well, where a reader sees it. At each of them the value at the bound is accepted, and the one beyond it refused.
 */

const keywords = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "maxProperties"] as const;
type Keyword = (typeof keywords)[number];

interface Bound {
  readonly kind: string;
  readonly path: string;
  readonly keyword: Keyword;
  readonly limit: number;
  readonly node: StructuralSchema;
}

const bounds: readonly Bound[] = crds.flatMap((crd) => {
  const spec = schemaOf(crd).properties?.["spec"];
  if (spec === undefined) throw new Error(`${crd.spec.names.kind} has no spec`);
  return nodesOf(spec, "spec").flatMap(({ path, node }) =>
    keywords.flatMap((keyword): Bound[] => {
      const limit = node[keyword];
      return limit === undefined ? [] : [{ kind: crd.spec.names.kind, path, keyword, limit, node }];
    }),
  );
});

/** A value of just this size; its form and its content mean nothing. */
function sized(keyword: Keyword, size: number): unknown {
  switch (keyword) {
    case "minimum":
    case "maximum":
      return size;
    case "minLength":
    case "maxLength":
      return "a".repeat(size);
    case "minItems":
    case "maxItems":
      return Array.from({ length: size }, () => null);
    case "maxProperties":
      return Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}`, ""]));
  }
}

/** A schema with nothing but a bound; the same one for the same bound, for each is compiled. */
const bare = new Map<string, StructuralSchema>();

function bareSchema({ node: { type }, keyword, limit }: Bound): StructuralSchema {
  const text = `${type} ${keyword} ${limit}`;
  const schema = bare.get(text) ?? { type, [keyword]: limit };
  bare.set(text, schema);
  return schema;
}

/** What is said of a value of that size. */
function saidOf(bound: Bound, size: number): readonly string[] {
  return schemaFindings(bareSchema(bound), sized(bound.keyword, size)).map(({ message }) => message);
}

const row = ({ kind, path, keyword, limit }: Bound): string => `${kind} ${path} ${keyword} ${limit}`;

describe("the bounds of the fields", () => {
  test("are those that are written down", async () => {
    expect(bounds.length).toBeGreaterThan(500);
    await expect(`${bounds.map(row).join("\n")}\n`).toMatchFileSnapshot("../../../golden/bounds.txt");
  });

  test("each accept the value at the bound, and refuse the one beyond it", () => {
    const rows = readFileSync("test/golden/bounds.txt", "utf8").trim().split("\n");
    const byRow = new Map(bounds.map((bound) => [row(bound).replace(/ -?[\d.]+$/, ""), bound]));
    const wrong = rows.flatMap((text) => {
      const limit = Number(/-?[\d.]+$/.exec(text)?.[0]);
      const bound = byRow.get(text.replace(/ -?[\d.]+$/, ""));
      if (bound === undefined) return [`${text}: there is no such bound`];
      const beyond = bound.keyword.startsWith("min") ? limit - 1 : limit + 1;
      const at = saidOf(bound, limit);
      // Nothing is smaller than empty.
      const after = saidOf(bound, bound.keyword === "minimum" ? beyond : Math.max(0, beyond));
      return at.length === 0 && after.length > 0
        ? []
        : [`${text}: at it ${JSON.stringify(at)}, beyond ${JSON.stringify(after)}`];
    });
    expect(wrong).toEqual([]);
  });
});
