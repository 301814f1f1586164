import { expect, test } from "vitest";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { linesOf, run } from "../control-plane/run.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { awsEnvironment, OperatorProcess } from "../operator/operator-process.ts";
import { Account } from "./account.ts";
import { install, newIdentity } from "./installed.ts";
import { stack } from "./stack.ts";
import { Team } from "./team.ts";

// A control plane of its own: at its end the CRDs are gone.
describeOnCluster("the way out", () => {
  test("after release, objects, namespaces and CRDs can be deleted next to a running operator, and AWS stays as it is", async ({
    onTestFinished,
  }) => {
    const cluster = await startControlPlane({ controllerManager: true });
    onTestFinished(() => cluster.stop());
    await install(cluster);
    const account = new Account();
    onTestFinished(() => account.close());
    const { url } = await account.front();
    const operator = await OperatorProcess.start({
      kubeconfig: (await newIdentity(cluster)).kubeconfig,
      directory: cluster.access.directory,
      awsUrl: url,
    });
    onTestFinished(async () => {
      await operator.stop("SIGKILL");
    });
    await operator.untilReady();
    const team = await Team.in(cluster, "leaving");
    await team.apply(...stack);
    await team.untilReady();
    const inAws = () => ({
      environments: account.environments(),
      queues: account.queues(),
      definitions: account.definitions(),
    });
    const before = inAws();

    const release = (...flags: readonly string[]) =>
      run(process.execPath, ["src/main.ts", "release", "--kubeconfig", cluster.access.kubeconfig, ...flags], {
        environment: awsEnvironment(url),
      });
    const { code, stdout, stderr } = await release("--all");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^JobQueue leaving-\S+\/app is released$/m);
    expect(stdout).toContain("You can delete the objects and the CRDs now; nothing changes in AWS.");
    expect(await release("--all")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("had nothing to release"),
    });
    expect(await release()).toMatchObject({ code: 1, stderr: expect.stringContaining("give either --all") });

    linesOf(await cluster.kubectl(["delete", "namespace", team.namespace]));
    linesOf(await cluster.kubectl(["delete", "-f", "crds"]));
    expect(inAws()).toEqual(before);
  });
});
