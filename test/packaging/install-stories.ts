import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { linesOf } from "../integration/control-plane/run.ts";
import { until } from "../integration/control-plane/wait.ts";
import { Account } from "../integration/stories/account.ts";
import { stack, untilSettled, withInstances } from "../integration/stories/stack.ts";
import { Team } from "../integration/stories/team.ts";
import { eventsQueueName } from "../listening.ts";
import { chart, crdsChart, type HelmProgram, helm, scratchDirectory, type Values } from "./helm.ts";
import { Kubelet } from "./kubelet.ts";
import { Release } from "./release.ts";

const definitions = kinds.map(
  ({ plural, group }) => `customresourcedefinition.apiextensions.k8s.io/${plural}.${group}`,
);

/** The manifests of the stories name roles. */
const flags = { clusterName: "story", region: "us-east-1", allowedRoleArns: ["arn:aws:iam::123456789012:*"] };

/** A real API server, a kubelet for its Pods and a simulated AWS, for stories by one major of Helm. */
function stage(program: HelmProgram): Stage {
  let cluster: ControlPlane;
  let kubelet: Kubelet;
  let account: Account;
  let operator: Values = {};
  // Stories run concurrently, and each packages the charts separately.
  const directory = mkdtempSync(join(scratchDirectory(), "charts-"));
  const archive = (name: string) => join(directory, name);

  beforeAll(async () => {
    cluster = await startControlPlane({ controllerManager: true });
    kubelet = new Kubelet(cluster, inject("bundle"));
    kubelet.start();
    account = new Account({ speed: 50 });
    const credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => ({ name, value: "test" }));
    // The API server may be slow.
    operator = {
      tests: { timeoutSeconds: 300 },
      aws: { endpointUrl: (await account.front()).url },
      flags,
      image: { repository: "aws-batch-operator" },
      extraEnv: credentials,
    };
    for (const path of [chart, crdsChart]) {
      linesOf(await helm(program, ["package", path, "--destination", archive("")]));
    }
  });
  afterAll(async () => {
    await kubelet?.stop();
    await account?.close();
    await cluster?.stop();
  });

  /** The stack, and a change of it for which AWS needs a new environment. */
  async function replaced(team: Team): Promise<void> {
    await team.apply(...stack);
    await untilSettled(team, account);
    const [before] = account.environments();
    await team.apply(withInstances("m7i.large"));
    await untilSettled(team, account);
    expect(account.environments()).not.toEqual([before]);
  }

  async function emptied(team: Team): Promise<void> {
    for (const kind of ["JobQueue", "BatchComputeEnvironment", "JobDefinition"]) await team.deleteAll(kind);
    await team.untilGone();
    expect(account.isClean).toBe(true);
  }

  return {
    archive,
    replaced,
    emptied,
    get cluster() {
      return cluster;
    },
    get account() {
      return account;
    },
    get operator() {
      return operator;
    },
  };
}

/** What a story of an installation plays on; servers run from its beginning to its end. */
interface Stage {
  readonly cluster: ControlPlane;
  readonly account: Account;
  /** Values of the chart with which the operator reaches the account. */
  readonly operator: Values;
  /** Where a packaged chart lies. */
  readonly archive: (name: string) => string;
  readonly replaced: (team: Team) => Promise<void>;
  readonly emptied: (team: Team) => Promise<void>;
}

/** A release that watches the whole cluster, from its installation to its end. */
export function clusterWideStory(program: HelmProgram): void {
  const on = stage(program);
  const { archive, replaced, emptied } = on;

  test("is installed, tested, upgraded, rolled back and uninstalled, and replaces an environment meanwhile", async () => {
    const { cluster, account, operator } = on;
    const release = await Release.of(program, cluster);
    const from = archive(`aws-batch-operator-${packageManifest.version}.tgz`);
    const values = { ...operator, crds: { keep: false } };
    const said = await release.install(from, values);
    expect(said).toContain("helm test batch");
    expect(await release.pods()).toHaveLength(2);

    const team = await Team.in(cluster);
    await replaced(team);
    expect(await release.must("test")).toMatch(/Phase:\s+Succeeded/);
    expect(await team.objects()).toHaveLength(3);

    const before = await release.pods();
    const { url } = await account.front();
    await account.aws.outside.sqs.createQueue({ QueueName: eventsQueueName });
    const eventsQueue = [`${url}/123456789012/${eventsQueueName}`];
    await release.upgrade(from, { ...values, replicas: 1, flags: { ...flags, logLevel: "debug", eventsQueue } });
    // Helm 3 does not wait until the pods of before are gone.
    await release.untilPods(1, before);
    await team.apply(withInstances("m7i.xlarge"));
    await untilSettled(team, account);
    const isDone = (operation: string): boolean => account.aws.log.some((call) => call.operation === operation);
    // Its heartbeat has come by the queue.
    await until(
      () => (isDone("PutEvents") && isDone("DeleteMessageBatch")) || "no heartbeat",
      "the events of the queue",
    );

    await release.must("rollback", "1", "--wait");
    await release.untilPods(2);
    expect(await team.objects()).toHaveLength(3);

    const refused = await release.run("uninstall", "--wait");
    expect(refused.code, refused.stdout + refused.stderr).toBe(1);
    const jobs = ["get", "pods", "-n", release.namespace, "-l", "app.kubernetes.io/component=uninstall-check"];
    const [message = ""] = linesOf(await cluster.kubectl([...jobs, "-o", "jsonpath={.items[*].status.message}"]));
    expect(message).toContain("error: 3 objects are left:");
    expect(await release.pods()).toHaveLength(2);
    expect(await release.objects()).toEqual(expect.arrayContaining(definitions));

    await emptied(team);
    await release.must("uninstall", "--wait");
    await release.untilGone();
  });
}

/** A release that may work in named namespaces only. */
export function namedNamespacesStory(program: HelmProgram): void {
  const on = stage(program);
  const { archive, replaced, emptied } = on;

  test("for named namespaces has no ClusterRole, and works in these and in no other", async () => {
    const { cluster, operator } = on;
    const release = await Release.of(program, cluster);
    const [team, other] = [await Team.in(cluster), await Team.in(cluster)];
    const from = archive(`aws-batch-operator-crds-${packageManifest.version}.tgz`);
    linesOf(await helm(program, ["install", "crds", from, "-n", release.namespace], cluster.access.kubeconfig));
    await release.install(archive(`aws-batch-operator-${packageManifest.version}.tgz`), {
      ...operator,
      crds: { enabled: false },
      watch: { namespaces: [team.namespace] },
    });
    expect((await release.objects()).filter((name) => /clusterrole/.test(name))).toEqual([]);
    await other.apply(...stack);
    await replaced(team);
    expect(await release.must("test")).toMatch(/Phase:\s+Succeeded/);
    expect((await other.objects()).map(({ status }) => status?.observedGeneration)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);

    await emptied(team);
    await release.must("uninstall", "--wait");
    await release.untilGone();
    linesOf(await helm(program, ["uninstall", "crds", "-n", release.namespace], cluster.access.kubeconfig));
    // The definitions stay, and with them the objects.
    expect(await other.objects()).toHaveLength(3);
    await other.deleteAll("JobQueue");
    linesOf(await cluster.kubectl(["delete", ...definitions, "--wait=false"]));
  });
}
