import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { dump } from "js-yaml";
import { beforeAll, describe, expect, test } from "vitest";
import { simulatedRole } from "../../scripts/install/simulator.ts";
import { kubectl35, kubectlTools } from "../integration/control-plane/kubectl-package.ts";
import { printProgress } from "../integration/control-plane/parts.ts";
import { runOrFail } from "../integration/control-plane/run.ts";
import { changesIn } from "./changes.ts";
import {
  chart,
  describeWithHelm,
  documents,
  type Rendered,
  required,
  root,
  scratchDirectory,
  template,
  type Values,
} from "./helm.ts";

/** Labels and annotations by which Helm identifies its objects or a release. */
const helmsOwn = /^(helm\.sh\/.*|app\.kubernetes\.io\/(instance|managed-by|version)|awsbatch\.dev\/version)$/;
/** Some objects of one side have them as labels, and all of the other; what selects is compared. */
const identifying = /^app\.kubernetes\.io\/(component|name)$/;

/** An object without what only Helm needs, so that it can be compared with one that kubectl applies. */
function plain(value: unknown, parent = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => plain(one));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !helmsOwn.test(key) && !(parent === "labels" && identifying.test(key)))
    .map(([key, inner]) => [key, plain(inner, key)] as const)
    .filter(([key, inner]) => !(/^(labels|annotations)$/.test(key) && Object.keys(inner as object).length === 0));
  return Object.fromEntries(entries);
}

const isHook = ({ metadata }: Rendered): boolean => metadata.annotations?.["helm.sh/hook"] !== undefined;

describeWithHelm("the chart, compared with the manifests", (program) => {
  const { image } = required;
  test.each<[string, Values]>([
    ["manifests/install.yaml", { image, flags: { clusterName: "default" } }],
    ["manifests/trial.yaml", { image, simulator: { enabled: true }, flags: { allowedRoleArns: [simulatedRole] } }],
  ])("makes the same objects as %s, which has only its Namespace more", async (file, values) => {
    const ours = documents(readFileSync(join(root, file), "utf8")).filter(({ kind }) => kind !== "Namespace");
    const output = documents(await template(program, { fullnameOverride: "aws-batch-operator" }, chart, values));
    const charts = output.filter((object) => !isHook(object));
    expect(changesIn(charts.map((one) => plain(one)) as Rendered[], ours.map((one) => plain(one)) as Rendered[])).toBe(
      "",
    );
    expect(charts.map((one) => plain(one))).toEqual(expect.arrayContaining(ours.map((one) => plain(one))));
    expect(charts).toHaveLength(ours.length);
  });
});

describe("Kustomize, by kubectl,", () => {
  let kubectl = "";
  beforeAll(async () => {
    kubectl = (await kubectlTools(kubectl35, printProgress)).kubectl;
  });

  /** What `kubectl kustomize` makes of a folder with these files. */
  async function built(name: string, files: Readonly<Record<string, string>>): Promise<readonly Rendered[]> {
    const folder = join(scratchDirectory(), name);
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    return documents(await runOrFail(kubectl, ["kustomize", folder]));
  }
  const from = (name: string, path: string): string => relative(join(scratchDirectory(), name), join(root, path));

  test("makes an installation in another namespace, with the image and the cluster name of the overlay in docs/install.md", async () => {
    const page = readFileSync(join(root, "docs/install.md"), "utf8");
    const [, overlay = ""] = /^```yaml\n(apiVersion: kustomize.*?)^```$/ms.exec(page) ?? [];
    const written = overlay
      .replace("../aws-batch-operator/manifests", from("installation", "manifests"))
      .replace("REPOSITORY", "registry.test/batch")
      .replace("sha256:DIGEST", `sha256:${"0".repeat(64)}`);
    const objects = await built("installation", { "kustomization.yaml": written });
    const [deployment] = objects.filter(({ kind }) => kind === "Deployment");
    expect(deployment?.metadata.namespace).toBe("batch");
    const container = deployment?.["spec"].template.spec.containers[0];
    expect(container.image).toBe(`registry.test/batch@sha256:${"0".repeat(64)}`);
    expect((container.args as readonly string[]).findLast((arg) => arg.startsWith("--cluster-name"))).toBe(
      "--cluster-name=NAME",
    );
    const [binding] = objects.filter(({ kind }) => kind === "ClusterRoleBinding");
    expect(binding?.["subjects"]).toEqual([{ kind: "ServiceAccount", name: "aws-batch-operator", namespace: "batch" }]);
  });

  const overlay = (components: readonly string[]) => ({
    "objects/kustomization.yaml": dump({
      resources: ["compute-environment.yaml", "job-definition.yaml", "job-queue.yaml", "job.yaml"],
    }),
    "kustomization.yaml": dump({
      namePrefix: "dev-",
      resources: ["objects"],
      components,
      images: [{ name: "public.ecr.aws/docker/library/alpine", newTag: "3.22" }],
    }),
  });

  async function quickstart(name: string, components: readonly string[]) {
    const objects = join(scratchDirectory(), name, "objects");
    cpSync(join(root, "examples/quickstart"), objects, { recursive: true });
    const rendered = await built(name, overlay(components));
    const spec = (kind: string) => rendered.find((object) => object.kind === kind)?.["spec"];
    return {
      names: rendered.map(({ metadata }) => metadata.name).toSorted(),
      reference: spec("JobQueue").computeEnvironmentOrder[0].computeEnvironmentRef.name,
      job: spec("BatchJob"),
      image: spec("JobDefinition").containerProperties.image,
    };
  }

  test("reaches references and images of our kinds with the component", async () => {
    const name = "with-component";
    expect(await quickstart(name, [from(name, "manifests/kustomize/references")])).toEqual({
      names: ["dev-hello", "dev-hello", "dev-quickstart", "dev-quickstart"],
      reference: "dev-quickstart",
      job: { jobQueueRef: { name: "dev-quickstart" }, jobDefinitionRef: { name: "dev-hello" } },
      image: "public.ecr.aws/docker/library/alpine:3.22",
    });
  });

  test("needs it: without, a reference keeps its name and an image its tag", async () => {
    expect(await quickstart("without-component", [])).toMatchObject({
      reference: "quickstart",
      image: "public.ecr.aws/docker/library/alpine:3",
    });
  });

  test("reaches every place of an image", async () => {
    const name = "images";
    const container = { image: "app", resourceRequirements: [] };
    const definition = (body: object, name_: string) => ({
      apiVersion: "awsbatch.dev/v1alpha1",
      kind: "JobDefinition",
      metadata: { name: name_ },
      spec: { type: "container", ...body },
    });
    const bodies = {
      ecs: { ecsProperties: { taskProperties: [{ containers: [container, container] }] } },
      eks: { eksProperties: { podProperties: { containers: [container] } } },
      nodes: { nodeProperties: { nodeRangeProperties: [{ container }, { container }] } },
    };
    const rendered = await built(name, {
      "objects.yaml": Object.entries(bodies)
        .map(([key, body]) => dump(definition(body, key)))
        .join("---\n"),
      "kustomization.yaml": dump({
        resources: ["objects.yaml"],
        components: [from(name, "manifests/kustomize/references")],
        images: [{ name: "app", newTag: "v2" }],
      }),
    });
    const text = JSON.stringify(rendered);
    expect(text.match(/"image":"app:v2"/g)).toHaveLength(5);
    expect(text).not.toContain('"image":"app"');
  });
});
