import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startControlPlane } from "./control-plane/control-plane.ts";
import { freePorts } from "./control-plane/ports.ts";
import { linesOf, run } from "./control-plane/run.ts";
import { describeOnCluster } from "./control-plane/shared.ts";
import { until } from "./control-plane/wait.ts";
import { awsEnvironment, OperatorProcess, type OperatorProcessOptions } from "./operator/operator-process.ts";
import { Account } from "./stories/account.ts";

const quickstart = fileURLToPath(new URL("../../examples/quickstart", import.meta.url));
const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

describeOnCluster("aws-batch-operator run", (cluster) => {
  let account: Account;
  let awsUrl = "";
  beforeAll(async () => {
    account = new Account({ speed: 30 });
    awsUrl = (await account.front()).url;
  });
  afterAll(() => account.close());

  /** An operator for one namespace, with its lease in it too. */
  async function operatorFor(namespace: string, options: Partial<OperatorProcessOptions> = {}) {
    const operator = await OperatorProcess.start({
      kubeconfig: cluster.access.kubeconfig,
      directory: cluster.access.directory,
      awsUrl,
      namespaces: [namespace],
      flags: ["--lease-namespace", namespace, "--cluster-name", namespace],
      ...options,
    });
    onTestFinished(async () => void (await operator.stop("SIGKILL")));
    return operator;
  }

  test("makes AWS match what kubectl applied, follows an edit, and removes the finalizer when AWS is clean", async () => {
    const namespace = await cluster.newNamespace("run");
    const kubectl = async (...args: readonly string[]) =>
      linesOf(await cluster.kubectl(["--namespace", namespace, ...args]));
    const operator = await operatorFor(namespace);
    await operator.untilReady();

    await kubectl("apply", "-f", quickstart);
    await kubectl("wait", "--for=condition=Ready", "awsbatch", "--all");
    const [environment] = account.aws.truth.computeEnvironments();
    expect(environment).toMatchObject({ status: "VALID", computeResources: { maxvCpus: 16 } });

    const sameCluster = ["--cluster-name", namespace];
    const plan = (file: string) =>
      run(process.execPath, [main, "plan", "-f", file, "--kubeconfig", cluster.access.kubeconfig, ...sameCluster], {
        environment: awsEnvironment(awsUrl),
      });
    const directory = await mkdtemp(join(tmpdir(), "plan-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const edited = async (file: string, from: string, to: string): Promise<string> => {
      const text = (await readFile(join(quickstart, file), "utf8")).replace(from, to);
      await writeFile(join(directory, file), text.replace("metadata:\n", `metadata:\n  namespace: ${namespace}\n`));
      return join(directory, file);
    };
    expect(await plan(await edited("job-queue.yaml", "", ""))).toMatchObject({ code: 0, stderr: "" });
    const change = await plan(await edited("compute-environment.yaml", "maxvCpus: 16", "maxvCpus: 32"));
    expect(change).toMatchObject({ code: 2, stdout: expect.stringMatching(/computeResources\.maxvCpus\s+16 → 32/) });
    const refused = await plan(await edited("compute-environment.yaml", "spec:\n", "spec:\n  region: eu-west-1\n"));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("region cannot be changed") });

    await kubectl("patch", "bce", "quickstart", "--type=merge", "-p", '{"spec":{"computeResources":{"maxvCpus":32}}}');
    await kubectl("wait", "--for=condition=Ready", "bce", "quickstart");
    const maxvCpus = () => account.aws.truth.computeEnvironments()[0]?.computeResources?.maxvCpus;
    await until(() => maxvCpus() === 32 || String(maxvCpus()), "32 vCPUs in AWS");
    for (const series of [
      'awsbatch_objects{kind="JobQueue",condition="Ready",status="True"}',
      'leader_election_master_status{name="aws-batch-operator"}',
    ]) {
      await until(async () => (await operator.metric(series)) === 1 || "another value", series);
    }

    await kubectl("delete", "-f", quickstart);
    expect(account.isClean).toBe(true);

    process.kill(operator.child.pid, "SIGUSR1");
    await until(() => operator.hasSaid("changed the log level"), "another log level");
    expect(await operator.stop()).toBe("ended with code 0");
    const log = await operator.log();
    expect(log.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
    expect(log.slice(-2).map(({ message }) => message)).toEqual(["the lease is released", "stopped"]);
    // Node would start its debugger at this signal.
    expect(await operator.said()).not.toContain("Debugger");
    expect(await operator.said()).not.toContain(cluster.access.adminToken);
  });

  describe("does not start, with one line that says why,", () => {
    const ends = async (operator: OperatorProcess): Promise<readonly string[]> => {
      const end = await operator.child.untilEnded();
      const said = (await operator.said()).trim().split("\n");
      return [end, ...said.filter((line) => !line.startsWith("{"))];
    };

    test("without CRDs, and without an API server", async () => {
      const gone = await startControlPlane();
      onTestFinished(() => gone.stop());
      const bare = await operatorFor("default", { kubeconfig: gone.access.kubeconfig });
      expect(await ends(bare)).toEqual([
        "ended with code 2",
        expect.stringMatching(
          /^error: the cluster does not serve .*: install the CRDs with `kubectl apply --server-side -f manifests\/crds.yaml`/,
        ),
      ]);
      await gone.stopApiServer();
      const unreachable = await operatorFor("default", { kubeconfig: gone.access.kubeconfig });
      expect(await ends(unreachable)).toEqual([
        "ended with code 2",
        expect.stringMatching(/^error: no answer from the API server https:\/\/127\.0\.0\.1:\d+: connection refused$/),
      ]);
    });

    test("without permissions", async () => {
      const namespace = await cluster.newNamespace("rbac");
      linesOf(await cluster.kubectl(["--namespace", namespace, "create", "serviceaccount", "nobody"]));
      const { kubeconfig } = await cluster.asServiceAccount(namespace, "nobody");
      const [end, line] = await ends(await operatorFor(namespace, { kubeconfig }));
      expect(end).toBe("ended with code 2");
      expect(line).toMatch(
        /^error: RBAC does not allow the operator to get, list, watch batchroles\.awsbatch\.dev, batchnetworks\.awsbatch\.dev, batchcomputeenvironments\.awsbatch\.dev/,
      );
      const [statuses = ""] = /patch [^;]*\/status in namespace [^ ]+/.exec(line ?? "") ?? [];
      expect(statuses).toContain("jobqueues.awsbatch.dev/status");
      expect(statuses).toContain(`in namespace ${namespace}`);
    });

    test("without AWS credentials", async () => {
      const namespace = await cluster.newNamespace("credentials");
      const [end, line] = await ends(await operatorFor(namespace, { awsUrl: undefined }));
      expect(end).toBe("ended with code 2");
      expect(line).toMatch(/^error: AWS credentials are missing or rejected: /);
    });

    test("in an account that is not allowed", async () => {
      const namespace = await cluster.newNamespace("account");
      const flags = ["--lease-namespace", namespace, "--allowed-account-ids", "000000000000"];
      expect(await ends(await operatorFor(namespace, { flags }))).toEqual([
        "ended with code 1",
        `error: the credentials belong to account ${account.aws.account}, which is not in --allowed-account-ids 000000000000`,
      ]);
    });
  });

  test("waits for an AWS that is out of reach, alive and not ready", async () => {
    const namespace = await cluster.newNamespace("unreachable");
    const [port = 0] = await freePorts(1);
    const operator = await operatorFor(namespace, { awsUrl: `http://127.0.0.1:${port}` });
    await until(() => operator.hasSaid("AWS does not answer"), "a word about AWS");
    expect((await fetch(`${operator.healthUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${operator.healthUrl}/readyz`)).status).toBe(503);
    expect(await operator.stop()).toBe("ended with code 0");
  });
});
