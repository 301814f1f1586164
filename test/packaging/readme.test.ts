import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { operatorName, operatorNamespace } from "../../src/kube/installation.ts";
import { runCli } from "../../src/program.ts";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { linesOf, type RunResult, run } from "../integration/control-plane/run.ts";
import { testIo } from "../tools/streams.ts";
import { chart, describeWithHelm, documents, helm, required, root, type Values, valuesArgs } from "./helm.ts";
import { Kubelet } from "./kubelet.ts";
import { asHere, commands } from "./pages.ts";

const threeLines = commands("README.md", "## In a cluster").slice(0, 3);

describeWithHelm(
  "README's way into a cluster",
  (program) => {
    let cluster: ControlPlane;
    let kubelet: Kubelet;
    beforeAll(async () => {
      cluster = await startControlPlane({ controllerManager: true });
      kubelet = new Kubelet(cluster, inject("bundle"));
      kubelet.start();
    });
    afterAll(async () => {
      await kubelet?.stop();
      await cluster?.stop();
    });

    test("is three lines, after which the quickstart is Ready", async () => {
      const { kubeconfig, kubectlPath } = cluster.access;
      const type = async (line: string): Promise<RunResult> => {
        const [name, ...args] = line.split(" ");
        if (name === "helm") return await helm(program, args.map(asHere), kubeconfig);
        expect(name).toBe("kubectl");
        return await run(kubectlPath, args.map(asHere), { environment: { KUBECONFIG: kubeconfig } });
      };
      expect(threeLines.map((line) => line.split(" ")[0])).toEqual(["helm", "kubectl", "kubectl"]);
      for (const line of threeLines) {
        const { code, stderr } = await type(line);
        expect(code, code === 0 ? "" : [line, stderr, await kubelet.said()].join("\n")).toBe(0);
      }
      const columns = "custom-columns=:.metadata.name,:.status.conditions[?(@.type=='Ready')].status";
      expect(
        linesOf(await type(`kubectl get awsbatch --no-headers -o ${columns}`)).map((line) => line.split(/\s+/)),
      ).toEqual([
        ["quickstart", "True"],
        ["hello", "True"],
        ["hello", "True"],
        ["quickstart", "True"],
      ]);
    });
  },
  "Helm 4",
);

describeWithHelm("the Helm commands of the pages", (program) => {
  const lines = [
    "docs/install.md",
    "docs/upgrading.md",
    "README.md",
    "docs/getting-started-kind.md",
    "docs/getting-started-eks.md",
  ]
    .flatMap((page) => commands(page))
    .filter((line) => /^helm (install|upgrade)/.test(line));
  test("are several", () => {
    expect(lines.length).toBeGreaterThanOrEqual(8);
  });

  test.each(lines.filter((line) => line.startsWith("helm upgrade")))("%s: keeps the values given before", (line) => {
    expect(line).toContain(" --reset-then-reuse-values ");
  });

  test.each(lines.filter((line) => line.includes("{")))("%s: keeps its braces from the shell", (line) => {
    expect(line.replaceAll(/'[^']*'/g, "")).not.toMatch(/\{.*,.*\}/);
  });

  test.each(lines)("%s: gives values that the chart has", async (line) => {
    const given = line.replace("sha256:DIGEST", `sha256:${"0".repeat(64)}`).replaceAll("'", "");
    const [, , ...args] = given.split(" ");
    const notRendered = ["--create-namespace", "--wait", "--reset-then-reuse-values"];
    const rendering = args.filter((arg) => !notRendered.includes(arg));
    // An upgrade keeps what the installation gave.
    const before = line.startsWith("helm upgrade") ? valuesArgs(required) : [];
    const { code, stdout, stderr } = await helm(program, ["template", ...before, ...rendering.map(asHere)]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(documents(stdout).length).toBeGreaterThan(2);
  });
});

describeWithHelm("the ServiceAccount that docs/install.md installs", (program) => {
  const named = `${operatorNamespace}/${operatorName}`;

  test("is the one that the plain manifests have, iam-policy trusts, and docs/credentials.md associates", async () => {
    const [line = ""] = commands("docs/install.md").filter((one) => one.startsWith("helm install batch"));
    const digest = `sha256:${"0".repeat(64)}`;
    const args = line.replace("sha256:DIGEST", digest).replace(" --create-namespace", "").split(" ").slice(2);
    const rendered = documents((await helm(program, ["template", ...args.map(asHere)])).stdout);
    const plain = documents(readFileSync(join(root, "manifests/install.yaml"), "utf8"));
    for (const objects of [rendered, plain]) {
      const deployment = objects.find(({ kind }) => kind === "Deployment");
      expect(`${deployment?.metadata.namespace}/${deployment?.["spec"].template.spec.serviceAccountName}`).toBe(named);
    }

    const { io, stdout } = testIo({});
    const issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/ID";
    await runCli(["iam-policy", "--account=123456789012", "--trust=irsa", `--oidc-issuer=${issuer}`], io);
    expect(stdout.text).toContain(`"system:serviceaccount:${named.replace("/", ":")}"`);

    const page = readFileSync(join(root, "docs/credentials.md"), "utf8");
    expect(page).toContain(`The ServiceAccount is \`${operatorName}\` in the namespace \`${operatorNamespace}\``);
    const [association = ""] = commands("docs/credentials.md").filter((one) => one.startsWith("aws eks create-pod"));
    expect(association).toContain(` --namespace ${operatorNamespace} --service-account ${operatorName} `);
  });
});

interface Installation {
  readonly kind: string;
  readonly spec: Source & {
    /** Of an ApplicationSet, as its template. */
    readonly generators?: readonly {
      readonly list: { readonly elements: readonly Readonly<Record<string, string>>[] };
    }[];
    readonly template?: { readonly spec: Source };
  };
}

interface Source {
  readonly values?: Values;
  readonly source?: { readonly path: string; readonly helm?: { readonly valuesObject: Values } };
  readonly chart?: { readonly spec: { readonly chart: string } };
}

/** The template of an ApplicationSet with its first element. */
function filled({ generators = [], template }: Installation["spec"]): Source {
  const element = generators[0]?.list.elements[0] ?? {};
  const text = JSON.stringify(template?.spec).replaceAll(/\{\{\.(\w+)\}\}/g, (_all, key: string) => {
    const value = element[key];
    if (value === undefined) throw new Error(`the list has no ${key}`);
    return value;
  });
  return JSON.parse(text) as Source;
}

describeWithHelm("what docs/gitops.md gives to Argo CD and Flux", (program) => {
  const page = readFileSync(join(root, "docs/gitops.md"), "utf8");
  const installations = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)]
    .flatMap(([, block = ""]) => documents(block) as readonly unknown[] as readonly Installation[])
    .flatMap(({ kind, spec }) => {
      const { values, source, chart } = spec.generators === undefined ? spec : filled(spec);
      const [path, given] = [chart?.spec.chart ?? source?.path ?? "", values ?? source?.helm?.valuesObject];
      return given === undefined ? [] : [[kind, path, given] as const];
    });

  test("gives no Application the name of a release, by which Argo CD may track", () => {
    const text = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block).join("---\n");
    const releases = [...text.matchAll(/releaseName: (\S+)/g)].map(([, name]) => name);
    const applications = [...text.matchAll(/kind: Application\n *metadata:\n *name: (\S+)/g)].map(([, name]) => name);
    const generated = [...text.matchAll(/template:\n *metadata:\n *name: (\S+)/g)].map(([, name]) => name);
    expect(applications).toHaveLength(3);
    expect(generated).toHaveLength(2);
    expect(new Set(releases)).toEqual(new Set(["batch"]));
    expect([...applications, ...generated].filter((name) => releases.includes(name))).toEqual([]);
  });

  test("installs the operator by both", () => {
    expect(installations.map(([kind]) => kind)).toEqual(["Application", "ApplicationSet", "HelmRelease"]);
  });

  test.each(installations)(
    "has in its %s the path of the chart, and values that it takes",
    async (_kind, path, values) => {
      expect(join(root, path)).toBe(chart);
      const { code, stdout, stderr } = await helm(program, ["template", "batch", chart, ...valuesArgs(values)]);
      expect([code, stderr]).toEqual([0, ""]);
      const [account] = documents(stdout).filter(({ kind }) => kind === "ServiceAccount");
      expect(account?.metadata.annotations).toMatchObject({
        "eks.amazonaws.com/role-arn": expect.stringMatching(/^arn:aws:iam::\d{12}:role\/batch-operator$/),
      });
    },
  );
});

describe("the pages", () => {
  test("link to files that exist", () => {
    for (const [file, folder] of [
      ["README.md", ""],
      ["docs/install.md", "docs"],
      ["docs/getting-started-kind.md", "docs"],
      ["docs/getting-started-eks.md", "docs"],
      ["charts/aws-batch-operator/README.md", "charts/aws-batch-operator"],
    ] as const) {
      for (const [, target = ""] of readFileSync(join(root, file), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        expect(() => readFileSync(join(root, folder, target)), `${file}: ${target}`).not.toThrow(/ENOENT/);
      }
    }
  });
});
