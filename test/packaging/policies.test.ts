import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../scripts/crds.ts";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { linesOf } from "../integration/control-plane/run.ts";
import { until } from "../integration/control-plane/wait.ts";
import { documents, type Rendered, root, type Values } from "./helm.ts";

const page = readFileSync(join(root, "docs/policies.md"), "utf8");
const samples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].flatMap(([, block = ""]) => documents(block));
const ofKind = (kind: RegExp): readonly Rendered[] => samples.filter((sample) => kind.test(sample.kind));

const tags = { "cost-centre": "42" };
const resources = {
  type: "EC2",
  instanceTypes: ["c7i.large"],
  maxvCpus: 256,
  subnets: ["subnet-0a1b2c3d4e5f60718"],
  securityGroupIds: ["sg-0c3d4e5f607182a3b"],
  instanceRole: "ecsInstanceRole",
  tags,
};

function environment(name: string, changes: Values = {}, more: Values = {}) {
  const spec = { type: "MANAGED", tags, computeResources: { ...resources, ...changes }, ...more };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "BatchComputeEnvironment", metadata: { name }, spec };
}

function queue(more: Values) {
  const order = [{ order: 1, computeEnvironmentRef: { name: "a" } }];
  const spec = { priority: 1, computeEnvironmentOrder: order, ...more };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "JobQueue", metadata: { name: "a" }, spec };
}

describe("the policies of docs/policies.md, on an API server,", () => {
  let cluster: ControlPlane;
  const namespace = "team";

  beforeAll(async () => {
    cluster = await startControlPlane({ controllerManager: true });
    await applied(customResourceDefinitions());
    linesOf(await cluster.kubectl(["create", "namespace", namespace]));
    await until(() => tried(environment("before", { instanceTypes: ["m5.large"] }), []), "the definitions");
    linesOf(await cluster.kubectl(["wait", "crd", "--all", "--for=condition=Established"]));
    await applied([environment("before", { instanceTypes: ["m5.large"] })]);
    await applied(ofKind(/^ValidatingAdmission/));
    const refused = async () => (await tried(environment("a", { maxvCpus: 257 }))) !== true || "not yet enforced";
    await until(refused, "the policies to be enforced");
  });
  afterAll(() => cluster?.stop());

  async function applied(objects: readonly unknown[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    linesOf(await cluster.kubectl(["apply", "--server-side", "-n", namespace, "-f", "-"], { input }));
  }

  /** True if the server would take the object; otherwise what it says. */
  async function tried(object: unknown, flags: readonly string[] = ["--dry-run=server"]): Promise<true | string> {
    const args = ["apply", "--server-side", "--dry-run=server", ...flags, "-n", namespace, "-f", "-"];
    const { code, stderr } = await cluster.kubectl(args, { input: JSON.stringify(object) });
    return code === 0 || stderr;
  }

  test.each<[string, unknown]>([
    ["an environment within all limits", environment("a")],
    ["Fargate, which has no instance types", fargate()],
    ["a queue with the tag", queue({ tags })],
  ])("accept %s", async (_what, object) => {
    expect(await tried(object)).toBe(true);
  });

  test.each<[string, unknown, RegExp]>([
    ["too many vCPUs", environment("a", { maxvCpus: 257 }), /maxvCpus is more than the 256 of this namespace/],
    ["another family", environment("a", { instanceTypes: ["c7i.large", "p5.48xlarge"] }), /only the families c7i/],
    ["a missing tag", environment("a", {}, { tags: { team: "a" } }), /spec\.tags needs cost-centre/],
    ["a missing tag of instances", environment("a", { tags: {} }), /spec\.computeResources\.tags needs cost-centre/],
    ["a queue without tags", queue({}), /spec\.tags needs cost-centre/],
    ["an own name in AWS", environment("a", {}, { computeEnvironmentName: "team_own" }), /leave the name in AWS out/],
    ["an own name of a queue", queue({ tags, jobQueueName: "team_own" }), /leave the name in AWS out/],
  ])("reject %s, and say so", async (_what, object, words) => {
    const isRejected = async (): Promise<true | string> => {
      const said = await tried(object);
      return said === true ? "accepted" : words.test(said) || said;
    };
    // Each policy is enforced a moment after the one before it.
    await until(isRejected, String(words));
  });

  test("leave an older object alone: its annotations and its finalizer change, and its spec does not", async () => {
    const patch = (change: object) =>
      cluster.kubectl(["patch", "bce", "before", "-n", namespace, "--type=merge", "-p", JSON.stringify(change)]);
    linesOf(await patch({ metadata: { annotations: { note: "a" }, finalizers: ["awsbatch.dev/cleanup"] } }));
    linesOf(await patch({ metadata: { finalizers: null } }));
    expect((await patch({ spec: { computeResources: { maxvCpus: 8 } } })).stderr).toContain("only the families c7i");
  });

  test("obey the annotation of the Namespace, and with the ResourceQuota limit all vCPUs of it", async () => {
    const annotation = "example.com/batch-max-vcpus=128";
    linesOf(await cluster.kubectl(["annotate", "namespace", namespace, annotation]));
    const refused = async () => (await tried(environment("a", { maxvCpus: 129 }))) !== true || "not yet seen";
    await until(refused, "the annotation to be seen");
    await applied(ofKind(/^ResourceQuota$/));
    // The controller of quotas counts what is there; the server counts what comes.
    const count = "count/batchcomputeenvironments.awsbatch.dev";
    const limited = async (hard: string): Promise<void> => {
      const status = JSON.stringify({ status: { hard: { [count]: hard }, used: { [count]: "1" } } });
      const patch = ["patch", "quota", "batch", "--subresource=status", "--type=merge", "-p", status];
      linesOf(await cluster.kubectl([...patch, "-n", namespace]));
    };
    const beyond = async () => {
      const answer = await tried(environment("d", { maxvCpus: 128 }));
      return (answer !== true && answer.includes("exceeded quota: batch")) || String(answer);
    };
    // What comes before the server has seen the quota, it does not count.
    await limited("1");
    await until(beyond, "the quota to count");
    await limited("4");
    for (const name of ["a", "b", "c"]) {
      await until(
        () => applied([environment(name, { maxvCpus: 128 })]).then(() => true as const),
        `environment ${name}`,
      );
    }
    await until(beyond, "the quota to be exceeded");
  });
});

function fargate() {
  const { subnets, securityGroupIds } = resources;
  const computeResources = { type: "FARGATE", maxvCpus: 16, subnets, securityGroupIds };
  return { ...environment("a"), spec: { type: "MANAGED", tags, computeResources } };
}
