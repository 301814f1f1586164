import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { floatCoreTag, intCoreTag, loadAll, YAML11_SCHEMA } from "js-yaml";
import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../../scripts/crds.ts";
import { outdatedFiles } from "../../../scripts/generate.ts";
import { installManifest } from "../../../scripts/install/install.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { operatorAccess } from "../../../src/kube/access.ts";
import { runCommand } from "../../../src/operator/run.ts";
import { healthPages } from "../../../src/runtime/health.ts";
import type { ListenAddress } from "../../../src/runtime/http-server.ts";
import { testIo } from "../../tools/streams.ts";

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly args: readonly string[];
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: unknown;
  readonly securityContext: unknown;
}

/** As far as these tests read objects of any kind. */
interface Installed {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly PolicyRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly securityContext: unknown;
        readonly containers: readonly Container[];
        readonly topologySpreadConstraints: readonly {
          readonly whenUnsatisfiable: string;
          readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
        }[];
      };
    };
  };
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const installed = documents("manifests/install.yaml");
const deployment = the("Deployment");
const pod = deployment.spec?.template;
const [container] = pod?.spec.containers ?? [];
if (pod === undefined || container === undefined) throw new Error("the Deployment has no container");

function documents(path: string): Installed[] {
  return parsed(readFileSync(root + path, "utf8"));
}

function parsed(text: string): Installed[] {
  return loadAll(text) as Installed[];
}

function the(kind: string, name = "aws-batch-operator"): Installed {
  const [found, ...others] = installed.filter((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined || others.length > 0) throw new Error(`${kind} ${name} is not there exactly once`);
  return found;
}

test("the generated files are what the sources say", async () => {
  expect((await outdatedFiles()).map(({ path }) => path)).toEqual([]);
});

test("generating twice gives the same", () => {
  expect(installManifest(customResourceDefinitions())).toBe(installManifest(customResourceDefinitions()));
});

test("an image and a cluster name can be given, and are all that differs", () => {
  const image = "registry.test/batch@sha256:0123";
  const own = installManifest(customResourceDefinitions(), image, "blue");
  expect(own).toContain(`image: ${image}\n`);
  expect(own.replace(image, container.image).replace("--cluster-name=blue", "--cluster-name=default")).toBe(
    readFileSync(`${root}manifests/install.yaml`, "utf8"),
  );
});

describe("the installation", () => {
  test("comes in an order in which each part finds what it needs", () => {
    expect(installed.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "Namespace aws-batch-system",
      "CustomResourceDefinition batchroles.awsbatch.dev",
      "CustomResourceDefinition batchnetworks.awsbatch.dev",
      "CustomResourceDefinition batchcomputeenvironments.awsbatch.dev",
      "CustomResourceDefinition schedulingpolicies.awsbatch.dev",
      "CustomResourceDefinition serviceenvironments.awsbatch.dev",
      "CustomResourceDefinition jobqueues.awsbatch.dev",
      "CustomResourceDefinition quotashares.awsbatch.dev",
      "CustomResourceDefinition consumableresources.awsbatch.dev",
      "CustomResourceDefinition jobdefinitions.awsbatch.dev",
      "CustomResourceDefinition batchjobs.awsbatch.dev",
      "ClusterRole aws-batch-operator",
      "ClusterRoleBinding aws-batch-operator",
      "Role aws-batch-operator",
      "RoleBinding aws-batch-operator",
      "ClusterRole aws-batch-operator-view",
      "ServiceAccount aws-batch-operator",
      "Deployment aws-batch-operator",
      "Service aws-batch-operator",
      "PodDisruptionBudget aws-batch-operator",
    ]);
  });

  test("has the definitions of crds/, and so has manifests/crds.yaml", () => {
    const byName = (objects: readonly Installed[]): Installed[] =>
      objects
        .filter(({ kind }) => kind === "CustomResourceDefinition")
        .toSorted((left, right) => left.metadata.name.localeCompare(right.metadata.name));
    const separate = byName(globSync("crds/*.yaml", { cwd: root }).flatMap(documents));
    expect(separate).toHaveLength(kinds.length);
    expect(byName(installed)).toEqual(separate);
    expect(byName(documents("manifests/crds.yaml"))).toEqual(separate);
    expect(documents("manifests/crds.yaml")).toHaveLength(kinds.length);
  });

  test("is the same to readers of YAML 1.1, as kubectl is one, and of YAML 1.2", () => {
    const old = YAML11_SCHEMA.withTags(floatCoreTag, intCoreTag);
    for (const file of [
      "manifests/install.yaml",
      "manifests/trial.yaml",
      "manifests/crds.yaml",
      "argocd/argocd-cm.yaml",
    ]) {
      const text = readFileSync(`${root}${file}`, "utf8");
      expect(loadAll(text, { schema: old })).toEqual(loadAll(text));
    }
  });

  test("puts everything that has a namespace into the one that it makes", () => {
    const namespaces = new Set(installed.flatMap(({ metadata }) => metadata.namespace ?? []));
    expect([...namespaces]).toEqual([the("Namespace", "aws-batch-system").metadata.name]);
  });
});

describe("its permissions", () => {
  const rulesOf = (kind: string): readonly PolicyRule[] => the(kind).rules ?? [];
  /** One line for each group, resource, object and verb. */
  const granted = (rules: readonly PolicyRule[]): string[] =>
    rules.flatMap(({ apiGroups, resources, resourceNames = ["*"], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) => verbs.map((verb) => [verb, group, resource, name].join(" "))),
        ),
      ),
    );
  const used = (...scopes: readonly string[]): string[] =>
    operatorAccess(kinds)
      .filter(({ scope }) => scopes.includes(scope))
      .flatMap(({ group, resource, subresource, name = "*", verbs }) =>
        verbs.map((verb) =>
          [verb, group, subresource === undefined ? resource : `${resource}/${subresource}`, name].join(" "),
        ),
      );

  test("are in every namespace what the operator does there", () => {
    expect(granted(rulesOf("ClusterRole")).toSorted()).toEqual(used("watched", "cluster").toSorted());
  });

  test("are in its own namespace only what the lease needs", () => {
    expect(granted(rulesOf("Role")).toSorted()).toEqual(used("lease").toSorted());
  });

  test("have no wildcard, and reach no Secret, ConfigMap, Pod or role", () => {
    const words = installed
      .flatMap(({ rules = [] }) => rules)
      .flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(words).not.toEqual([]);
    expect(words.filter((word) => /\*|secrets|configmaps|pods|\broles|bind|escalate|impersonate/.test(word))).toEqual(
      [],
    );
  });

  test.each(["Role", "ClusterRole"])("reach the ServiceAccount of the Deployment by a %s", (kind) => {
    const { roleRef, subjects } = the(`${kind}Binding`);
    expect(roleRef).toMatchObject({ kind, name: the(kind).metadata.name });
    const { metadata } = the("ServiceAccount", pod.spec.serviceAccountName);
    expect(subjects).toEqual([{ kind: "ServiceAccount", name: metadata.name, namespace: metadata.namespace }]);
  });

  test("let people who may view a namespace read the kinds, and nobody else write them", () => {
    const { metadata, rules } = the("ClusterRole", "aws-batch-operator-view");
    const labels = Object.keys(metadata.labels).filter((label) => label.includes("aggregate-to"));
    expect(labels).toEqual(["rbac.authorization.k8s.io/aggregate-to-view"]);
    const resources = kinds.map(({ plural }) => plural);
    expect(rules).toEqual([{ apiGroups: ["awsbatch.dev"], resources, verbs: ["get", "list", "watch"] }]);
  });
});

describe("the Deployment", () => {
  test("has two replicas, and all selectors match its pods and nothing of another component", () => {
    expect(deployment.spec?.replicas).toBe(2);
    const selectors = [
      deployment.spec?.selector?.matchLabels,
      the("PodDisruptionBudget").spec?.selector?.matchLabels,
      ...pod.spec.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
    ];
    for (const selector of selectors) {
      expect(pod.metadata.labels).toMatchObject(selector ?? {});
      expect(selector).toHaveProperty("app.kubernetes.io/component");
    }
  });

  test("spreads its pods when it can", () => {
    expect(pod.spec.topologySpreadConstraints.map(({ whenUnsatisfiable }) => whenUnsatisfiable)).toEqual([
      "ScheduleAnyway",
      "ScheduleAnyway",
    ]);
  });

  test("runs without any privilege and cannot write its own files", () => {
    expect(pod.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("limits memory but not CPU", () => {
    expect(container.resources).toEqual({ requests: { cpu: "50m", memory: "160Mi" }, limits: { memory: "256Mi" } });
  });

  const command = runCommand(testIo().io, (work) => async () => void (await work()));

  test("gives only flags that `run` has", () => {
    const [name, ...flags] = container.args;
    expect(name).toBe(command.name());
    const known = command.options.map(({ long }) => long);
    expect(flags.map((flag) => flag.split("=")[0]).filter((flag) => !known.includes(flag))).toEqual([]);
  });

  test.each([
    { port: "metrics", flag: "--metrics-address" },
    { port: "health", flag: "--health-address" },
  ])("names the port $port that `run` listens at by default", ({ port, flag }) => {
    const preset = command.options.find(({ long }) => long === flag)?.defaultValue as ListenAddress;
    expect(container.ports).toContainEqual({ name: port, containerPort: preset.port });
  });

  test("is probed at pages that `run` serves", () => {
    const pages = Object.keys(healthPages({ live: [], ready: [] }));
    expect([container.livenessProbe.httpGet, container.readinessProbe.httpGet]).toEqual(
      pages.map((path) => ({ path, port: "health" })),
    );
  });
});
