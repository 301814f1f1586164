import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { beforeAll, describe, expect, test } from "vitest";
import { runFlags } from "../../scripts/chart/flag-values.ts";
import { valuePaths } from "../../scripts/chart/values-files.ts";
import { yamlOf } from "../../scripts/yaml.ts";
import { ListOption } from "../../src/operator/flags.ts";
import { changesIn, withoutVersion } from "./changes.ts";
import {
  chart,
  chartWithSamples,
  crdsChart,
  describeWithHelm,
  documents,
  helm,
  type Rendered,
  required,
  root,
  template,
  type Values,
  valuesArgs,
} from "./helm.ts";
import { everyFlag, valueSets } from "./value-sets.ts";

type Path = readonly string[];

/** The values that a set gives, each by its path in values.yaml. */
function givenPaths(values: Values): readonly Path[] {
  const known = new Set(valuePaths());
  const walk = (value: unknown, path: Path): readonly Path[] => {
    if (known.has(path.join("."))) return [path];
    if (typeof value !== "object" || value === null) throw new Error(`${path.join(".")} is not a value of the chart`);
    return Object.entries(value).flatMap(([key, inner]) => walk(inner, [...path, key]));
  };
  return walk(values, []);
}

function without(values: Values, [key = "", ...rest]: Path): Values {
  const { [key]: inner, ...others } = values;
  return rest.length === 0 ? others : { ...others, [key]: without(inner as Values, rest) };
}

/** At most so many at a time as there are processors. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

describe("the sets of values", () => {
  test("give every value of the chart", () => {
    const given = new Set(
      Object.values(valueSets).flatMap((values) => givenPaths(values).map((path) => path.join("."))),
    );
    expect(valuePaths().filter((path) => !given.has(path) && !onlyInCluster.has(path))).toEqual([]);
    expect(Object.keys(valueSets).length).toBeGreaterThanOrEqual(25);
  });
});

interface Alert {
  readonly alert: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** It needs a cluster to matter: there a test sees it matter. */
const onlyInCluster = new Set(["crds.allowDowngrade"]);

describeWithHelm("the chart", (program) => {
  const output = (values: Values) => template(program, lean(values), folderOf(values));
  let defaults: readonly Rendered[] = [];
  beforeAll(async () => {
    defaults = documents(await template(program));
  });

  test.each([chart, crdsChart])("passes the linter: %s", async (path) => {
    const given = path === chart ? valuesArgs(required) : [];
    const { code, stdout, stderr } = await helm(program, ["lint", "--strict", path, ...given]);
    expect([code, stdout + stderr]).toEqual([0, expect.stringContaining("0 chart(s) failed")]);
  });

  test("renders by default what its golden file shows", async () => {
    const shown = defaults.map((one) => (isDefinition(one) ? { kind: one.kind, metadata: one.metadata } : one));
    const text = shown.map((one) => yamlOf(one)).join("---\n");
    await expect(withoutVersion(text)).toMatchFileSnapshot("../golden/chart/defaults.yaml");
  });

  test.each(Object.entries(valueSets))("renders with %s what its golden file shows", async (name, values) => {
    const objects = documents(await output(values));
    for (const object of objects) holds(object, values);
    const compared = "crds" in values ? defaults : defaults.filter((one) => !isDefinition(one));
    const changes = changesIn(objects, compared);
    expect(changes).not.toBe("");
    if (name !== "flags") await expect(changes).toMatchFileSnapshot(`../golden/chart/${name}.txt`);
  });

  test("renders with values-production.yaml what its golden file shows, and needs nothing else but what is required", async () => {
    const values = load(readFileSync(`${chart}/values-production.yaml`, "utf8")) as Values;
    const changes = changesIn(documents(await template(program, values, chartWithSamples())), defaults);
    await expect(changes).toMatchFileSnapshot("../golden/chart/values-production.txt");
  });

  test("links each alert to a section of the runbooks that exists", async () => {
    const metrics = { prometheusRule: { enabled: true, runbookBaseUrl: "https://git.test/docs" } };
    const rule = documents(await template(program, lean({ metrics }))).find(({ kind }) => kind === "PrometheusRule");
    const groups: readonly { readonly rules: readonly Alert[] }[] = rule?.["spec"].groups;
    const alerts = groups.flatMap(({ rules }) => rules);
    const page = readFileSync(join(root, "docs/runbooks.md"), "utf8");
    const sections = [...page.matchAll(/^## (\S+)$/gm)].map(([, title = ""]) => title);
    expect(alerts.map(({ alert }) => alert)).toEqual(sections);
    expect(alerts.map(({ annotations }) => annotations["runbook_url"])).toEqual(
      sections.map((title) => `https://git.test/docs/runbooks.md#${title.toLowerCase()}`),
    );
  });

  test("gives the alerts and dashboards of its folders as they are", async () => {
    const metrics = { prometheusRule: { enabled: true }, dashboard: { enabled: true } };
    const objects = documents(await template(program, lean({ metrics })));
    const alerts = globSync("files/alerts/*.yaml", { cwd: chart }).flatMap(
      (file) => (load(readFileSync(`${chart}/${file}`, "utf8")) as { readonly groups: readonly object[] }).groups,
    );
    expect(objects.find(({ kind }) => kind === "PrometheusRule")?.["spec"].groups).toEqual(alerts);
    const shown = objects.filter(({ kind }) => kind === "ConfigMap").flatMap((one) => Object.values(one["data"]));
    const dashboards = globSync("files/dashboards/*.json", { cwd: chart }).map((file) =>
      readFileSync(`${chart}/${file}`, "utf8").trimEnd(),
    );
    expect(shown.map((text) => String(text).trimEnd())).toEqual(dashboards);
  });

  test("gives every flag that `run` has, when it is asked for", async () => {
    const [deployment] = documents(await output({ flags: everyFlag })).filter(({ kind }) => kind === "Deployment");
    const args = deployment?.["spec"].template.spec.containers[0].args as readonly string[];
    const given = args.map((arg) => arg.split("=")[0]);
    const tlsFlags = ["--metrics-tls-directory", "--metrics-client-ca"];
    const elsewhere = ["--kubeconfig", "--watch-namespace", "--metrics-address", "--health-address", ...tlsFlags];
    const wanted = runFlags().map(({ long }) => long);
    expect(wanted.filter((flag) => !given.includes(flag) && !elsewhere.includes(flag ?? ""))).toEqual([
      "--leader-elect",
      "--no-leader-elect",
    ]);
    expect(args).toContain("--allowed-account-ids=123456789012,123456789013");
    expect(args).toContain("--allow-foreign-repoint");
  });

  const listFlags = runFlags().filter((option) => option instanceof ListOption && option.attributeName() in everyFlag);

  test.each(listFlags.map((option) => [option.long ?? "", option.attributeName()]))(
    "gives %s an empty list for an empty list, which allows nothing, and not the default",
    async (flag, value) => {
      const [deployment] = documents(await output({ flags: { [value]: [] } })).filter(
        ({ kind }) => kind === "Deployment",
      );
      expect(deployment?.["spec"].template.spec.containers[0].args).toContain(`${flag}=`);
    },
  );

  test.each<[string, Values, RegExp]>([
    ["a value that does not exist", { replica: 2 }, /replica/],
    ["a value that does not exist, deeper", { image: { repo: "a" } }, /repo/],
    ["a flag that does not exist", { flags: { clustername: "a" } }, /clustername/],
    ["a text for a number", { replicas: "two" }, /replicas/],
    ["a text for a truth", { crds: { keep: "yes" } }, /keep/],
    ["too many replicas", { replicas: 6 }, /replicas/],
    ["a digest that is none", { image: { digest: "sha256:123" } }, /digest/],
    ["a log level that does not exist", { flags: { logLevel: "loud" } }, /logLevel/],
    ["a namespace that can be none", { watch: { namespaces: ["Team_A"] } }, /namespaces/],
    ["a text where a list is", { flags: { allowedAccountIds: "123456789012" } }, /allowedAccountIds/],
    ["a budget that is none", { podDisruptionBudget: { maxUnavailable: "half" } }, /maxUnavailable/],
    ["two replicas without an election", { leaderElection: { enabled: false } }, /replicas must be 1/],
    ["a port that can be none", { metrics: { port: 99_999 } }, /port/],
    ["more than all replicas to be away", { podDisruptionBudget: { maxUnavailable: "200%" } }, /maxUnavailable/],
    ["a namespace twice", { watch: { namespaces: ["team-a", "team-a"] } }, /namespaces/],
    ["a name that can be none", { fullnameOverride: "Batch.Operator" }, /fullnameOverride/],
    ["no name of the ServiceAccount", { serviceAccount: { name: "" } }, /serviceAccount/],
    ["a role that is none", { aws: { roleArn: "batch-operator" } }, /roleArn/],
    ["an account that is none", { flags: { allowedAccountIds: ["1234"] } }, /allowedAccountIds/],
    ["a name of a cluster that is none", { flags: { clusterName: "a/b_c" } }, /clusterName/],
    ["names without their namespace", { flags: { adoptableNames: ["foo"] } }, /adoptableNames/],
    ["a selector that is none", { flags: { shardSelector: ",=," } }, /shardSelector/],
    ["a list of a selector without parentheses", { flags: { shardSelector: "a in b" } }, /shardSelector/],
    ["a region that is none", { flags: { region: "europe" } }, /region/],
    ["a region to allow that is none", { flags: { allowedRegions: ["europe"] } }, /allowedRegions/],
    ["a policy to allow that is not an ARN", { flags: { allowedPolicyArns: ["ReadOnly"] } }, /allowedPolicyArns/],
    ["a role to allow that is not an ARN", { flags: { allowedRoleArns: ["batch"] } }, /allowedRoleArns/],
    [
      "no environment at all",
      { flags: { maxEnvironmentsPerNamespace: 0 } },
      /maxEnvironmentsPerNamespace.*(got 0, want 1|greater than or equal to 1)/,
    ],
    ["a boundary that is none", { flags: { permissionsBoundary: "foo" } }, /permissionsBoundary/],
    [
      "two identities at once",
      { aws: { roleArn: "arn:aws:iam::123456789012:role/a", credentialsSecret: "a" } },
      /two identities/,
    ],
    ["one port for two pages", { healthPort: 8080 }, /healthPort and metrics\.port must differ/],
    [
      "a role for a ServiceAccount that it does not make",
      { aws: { roleArn: "arn:aws:iam::123456789012:role/a" }, serviceAccount: { create: false, name: "given" } },
      /annotate it yourself/,
    ],
    ["AWS and a trial at once", { aws: { credentialsSecret: "a" }, simulator: { enabled: true } }, /for a trial/],
    ["clients to be known without TLS", { metrics: { tls: { clientCa: { secretName: "a" } } } }, /needs metrics\.tls/],
    [
      "a ServiceMonitor without a Service",
      { metrics: { serviceMonitor: { enabled: true }, service: { enabled: false } } },
      /needs metrics\.service/,
    ],
  ])("refuses %s, and names it", async (_what, values, words) => {
    await expect(template(program, values)).rejects.toThrow(words);
  });
});

describeWithHelm("the chart without what it requires", (program) => {
  const { image, flags } = required;
  test.each<[string, Values, RegExp]>([
    ["an image", { flags }, /image\.repository is empty, .*docs\/install\.md/],
    ["a name of the cluster", { image }, /flags\.clusterName is empty: name this cluster/],
  ])("asks for %s", async (_what, given, words) => {
    await expect(template(program, {}, chart, given)).rejects.toThrow(words);
  });

  test("is content with a simulated AWS of its own", async () => {
    await expect(template(program, { simulator: { enabled: true } }, chart, { image })).resolves.toContain(
      "Deployment",
    );
  });
});

describeWithHelm(
  "the values",
  (program) => {
    // What a template does with a value is the same in both; what comes out is compared above.
    const dead = async (values: Values): Promise<readonly string[]> => {
      const whole = await template(program, lean(values), folderOf(values));
      const found = await each(givenPaths(values), async (path) => {
        const rest = await template(program, lean(without(values, path)), folderOf(values)).catch(() => undefined);
        return rest === whole ? [path.join(".")] : [];
      });
      return found.flat();
    };

    test.each(Object.entries(valueSets))(
      "of the set %s all matter: without one the output is another",
      async (_name, values) => {
        expect(await dead(values)).toEqual([]);
      },
    );
  },
  "Helm 4",
);

describe("values.yaml", () => {
  test("explains each value by a comment that no other value has, so that it can be read alone", () => {
    const comments = readFileSync(`${chart}/values.yaml`, "utf8").match(/^ *# .*/gm) ?? [];
    const counts = Map.groupBy(comments, (comment) => comment.trim());
    expect([...counts].filter(([, all]) => all.length > 1).map(([comment]) => comment)).toEqual([]);
  });

  test("has every value, with the default from which the templates start", () => {
    const written = load(readFileSync(`${chart}/values.yaml`, "utf8")) as Values;
    const paths = givenPaths(written).map((path) => path.join("."));
    expect(valuePaths().filter((path) => !path.startsWith("flags.") && !paths.includes(path))).toEqual([]);
  });
});

/** The definitions are most of the output; they are left out where a set says nothing about them. */
function lean(values: Values): Values {
  return "crds" in values ? values : { ...values, crds: { enabled: false } };
}

/** Alerts and dashboards are files of the chart: where they are asked for, a golden file shows one of each. */
function folderOf(values: Values): string {
  return "prometheusRule" in ((values["metrics"] ?? {}) as object) ? chartWithSamples() : chart;
}

function isDefinition({ kind }: Rendered): boolean {
  return kind === "CustomResourceDefinition";
}

/** Of every object of every set. */
function holds(object: Rendered, values: Values): void {
  const { kind, metadata } = object;
  if (metadata.name.endsWith("-more")) return;
  expect(metadata.labels, kind).toMatchObject(asLabels(values));
  // Argo CD would take the release's name for that of an Application, and prune definitions that it does not have.
  const release = isDefinition(object) ? undefined : "batch";
  expect(metadata.labels?.["app.kubernetes.io/instance"], kind).toBe(release);
  expect(metadata.name.length).toBeLessThanOrEqual(63);
  for (const { apiGroups, resources, verbs } of object["rules"] ?? []) {
    expect([...apiGroups, ...resources, ...verbs].filter((word) => /\*|secrets|impersonate/.test(word))).toEqual([]);
  }
  const template = object["spec"]?.template;
  if (kind === "Deployment") expect(template.metadata.labels).toMatchObject(object["spec"].selector.matchLabels);
}

function asLabels({ commonLabels = {} }: Values): object {
  return commonLabels as object;
}

describeWithHelm("protection from deletion", (program) => {
  test.each([
    ["the definitions stay when the release goes", { enabled: true, keep: true }, true],
    ["the release has no definitions", { enabled: false, keep: true }, true],
    ["the release has no definitions, and says that it would not keep them", { enabled: false, keep: false }, true],
    ["the release deletes the definitions itself", { enabled: true, keep: false }, false],
  ])("covers the definitions, or not, where %s", async (_where, crds, isCovered) => {
    const objects = documents(await template(program, { crds, deletionProtection: { enabled: true } }));
    const policies = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
    const covered = policies.some(({ metadata }) => metadata.name.endsWith("definition-protection"));
    expect(covered).toBe(isCovered);
  });
});
