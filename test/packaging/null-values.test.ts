import { describe, expect, test } from "vitest";
import { valuePaths } from "../../scripts/chart/values-files.ts";
import {
  chart,
  crdsChart,
  describeWithHelm,
  documents,
  type HelmProgram,
  helm,
  type Rendered,
  required,
  template,
  type Values,
  valuesArgs,
} from "./helm.ts";

const paths = valuePaths();

function valuesAt(path: string, value: unknown): Values {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;
}

/** With everything that limits something. */
const base: Values = {
  ...required,
  networkPolicy: { enabled: true },
  nameProtection: { enabled: true },
  deletionProtection: { enabled: true },
};

/** Without the definitions, which only the values of `crds` change. */
const lean: Values = { crds: { enabled: false } };

function given(path: string, value: unknown): readonly Values[] {
  return [base, ...(path.startsWith("crds") ? [] : [lean]), valuesAt(path, value)];
}

/** What Helm renders or says, of values that it reads one after the other. */
async function rendered(
  program: HelmProgram,
  values: readonly Values[],
  more: readonly string[] = [],
): Promise<{ readonly objects: readonly Rendered[]; readonly said: string; readonly code: number }> {
  const args = ["template", "batch", chart, "--namespace", "aws-batch-system", ...more, ...values.flatMap(valuesArgs)];
  const { code, stdout, stderr } = await helm(program, args);
  return { code: code ?? 1, objects: code === 0 ? documents(stdout) : [], said: stderr };
}

function argsOf(objects: readonly Rendered[]): readonly string[] {
  const deployment = objects.find(
    ({ kind, metadata }) => kind === "Deployment" && !metadata.name.includes("simulator"),
  );
  return deployment?.["spec"].template.spec.containers[0].args ?? [];
}

describeWithHelm("values that are null", (program) => {
  test.each(paths)("refuses %s: null, which would take its default away, and names it", async (path) => {
    const { code, said } = await rendered(program, given(path, null));
    expect(said).toContain(path.split(".").at(-1));
    expect(code).not.toBe(0);
  });

  test("allows no role where the list of roles is null and nobody checks the schema", async () => {
    const { objects, said } = await rendered(program, given("flags.allowedRoleArns", null), [
      "--skip-schema-validation",
    ]);
    expect(said).toBe("");
    expect(argsOf(objects)).toContain("--allowed-role-arns=");
  });

  test.each(["commonLabels", "allowDowngrade"])("refuses %s: null in the chart of the definitions", async (name) => {
    await expect(template(program, { [name]: null }, crdsChart)).rejects.toThrow(name);
  });
});

describeWithHelm("values that are empty", (program) => {
  const empties = [[""], {}, "", []];

  test.each(paths)("opens nothing with an empty %s", async (path) => {
    const plain = documents(await template(program, path.startsWith("crds") ? {} : lean, chart, base));
    for (const value of empties) {
      const { code, objects, said } = await rendered(program, given(path, value));
      if (code !== 0) expect(said).toContain(path.split(".").at(-1));
      else expect(openings(objects)).toEqual(openings(plain));
    }
  });
});

/** What a rendering lets through, apart from what empty values say in words: an empty list of a flag is its own argument. */
function openings(objects: readonly Rendered[]): unknown {
  const of = (kind: string) => objects.filter((one) => one.kind === kind);
  return {
    definitions: of("CustomResourceDefinition").map(
      ({ metadata }) => metadata.annotations?.["helm.sh/resource-policy"],
    ),
    args: argsOf(objects).filter((arg) => !arg.endsWith("=")),
    roles: [...of("Role"), ...of("ClusterRole")].map((one) => [one.metadata.name, one["rules"]]),
    contexts: of("Deployment").map((one) => [
      one["spec"].template.spec.securityContext,
      one["spec"].template.spec.containers[0].securityContext,
    ]),
    admission: of("ValidatingAdmissionPolicy").map((one) => one["spec"]),
    wideRules: of("NetworkPolicy").flatMap(({ spec }) =>
      [...spec.ingress, ...spec.egress].filter(({ ports, from, to }) => ports === undefined && !from && !to),
    ),
  };
}

describe("the values that are walked", () => {
  test("are all of values.yaml", () => {
    expect(paths.length).toBeGreaterThan(140);
  });
});
