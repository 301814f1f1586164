import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { linesOf } from "../integration/control-plane/run.ts";
import { patienceMs } from "../integration/control-plane/wait.ts";
import { OperatorProcess } from "../integration/operator/operator-process.ts";
import { Account } from "../integration/stories/account.ts";
import { install, newIdentity } from "../integration/stories/installed.ts";
import { describeWithHelm, helm, root } from "./helm.ts";

describeWithHelm("the chart of examples/jobs-in-workflows", (program) => {
  let cluster: ControlPlane;
  let account: Account;
  let operator: OperatorProcess;

  beforeAll(async () => {
    cluster = await startControlPlane({ controllerManager: true });
    await install(cluster);
    account = new Account({ speed: 50 });
    operator = await OperatorProcess.start({
      kubeconfig: (await newIdentity(cluster)).kubeconfig,
      directory: cluster.access.directory,
      awsUrl: (await account.front()).url,
    });
    await operator.untilReady();
  });
  afterAll(async () => {
    await operator?.stop();
    await account?.close();
    await cluster?.stop();
  });

  test("has a hook that Helm creates again and does not wait for, and a job for which Helm 4 waits", async () => {
    const namespace = await cluster.newNamespace("jobs");
    const kubectl = async (...args: readonly string[]): Promise<string[]> =>
      linesOf(await cluster.kubectl(["--namespace", namespace, ...args]));
    const release = (...args: readonly string[]) =>
      helm(
        program,
        [...args, "--namespace", namespace, "--timeout", `${patienceMs / 1000}s`],
        cluster.access.kubeconfig,
      );
    const chart = `${root}examples/jobs-in-workflows/helm`;
    const statusOf = async (name: string): Promise<string> =>
      (await kubectl("get", "bj", name, "-o", "jsonpath={.status.status}")).join("");
    const uidOf = async (name: string): Promise<string> =>
      (await kubectl("get", "bj", name, "-o", "jsonpath={.metadata.uid}")).join("");
    const names = async (): Promise<readonly string[]> => (await kubectl("get", "bj", "-o", "name")).toSorted();

    // There is no queue yet, so no job can end.
    linesOf(await release("install", "jobs", chart));
    expect(await names()).toEqual(["batchjob.awsbatch.dev/migrate-1", "batchjob.awsbatch.dev/smoke-test"]);
    expect([await statusOf("smoke-test"), await statusOf("migrate-1")]).toEqual(["", ""]);
    await kubectl("apply", "-f", `${root}examples/quickstart`);
    await kubectl("wait", "--for=condition=Complete", "bj/smoke-test", "bj/migrate-1");

    const before = await uidOf("smoke-test");
    linesOf(await release("upgrade", "jobs", chart, "--wait"));
    if (program.name === "Helm 4") expect(await statusOf("migrate-2")).toBe("SUCCEEDED");
    expect(await uidOf("smoke-test")).not.toBe(before);
    await kubectl("wait", "--for=condition=Complete", "bj/smoke-test", "bj/migrate-2");
    await kubectl("wait", "--for=delete", "bj/migrate-1");

    const failing = await release("upgrade", "jobs", chart, "--wait", "--set", "exitCode=3");
    await kubectl("wait", "--for=condition=Failed", "bj/migrate-3");
    if (program.name === "Helm 4") {
      expect([failing.code, failing.stderr]).toEqual([1, expect.stringMatching(/migrate-3.*exit code 3/s)]);
    } else expect(failing.code).toBe(0);
  });
});
