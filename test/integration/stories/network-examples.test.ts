import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { describesAccount, possibleExamples, prepare } from "../../examples/examples.ts";
import { linesOf, run } from "../control-plane/run.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { awsEnvironment, OperatorProcess } from "../operator/operator-process.ts";
import { Account } from "./account.ts";
import { install, newIdentity } from "./installed.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

// Each has an account of its own, with the network next to its manifests.
describeOnCluster("the examples that need a network", (cluster) => {
  beforeAll(() => install(cluster));

  test.concurrent.for(possibleExamples.filter(describesAccount))(
    "$name gets Ready, and its kubectl delete returns when AWS is clean",
    async (example, { onTestFinished }) => {
      const account = new Account({ speed: 30 });
      onTestFinished(() => account.close());
      await prepare(account.aws, example);
      const namespace = await cluster.newNamespace("network");
      const { kubeconfig } = await newIdentity(cluster);
      const { url } = await account.front();
      const operator = await OperatorProcess.start({
        kubeconfig,
        directory: cluster.access.directory,
        awsUrl: url,
        namespaces: [namespace],
        flags: ["--no-leader-elect", "--aws-requests-per-second", "100"],
      });
      onTestFinished(async () => {
        await operator.stop();
      });
      await operator.untilReady();
      const kubectl = async (...args: readonly string[]): Promise<string[]> =>
        linesOf(await cluster.kubectl(["--namespace", namespace, ...args]));
      await kubectl("apply", "-f", example.directory);
      await kubectl("wait", "--for=condition=Ready", "-f", example.directory);
      const reachable = example.name.startsWith("broken") ? "False" : "True";
      await kubectl("wait", `--for=condition=NetworkReady=${reachable}`, "bce", "--all");
      expect(account.environments()).not.toEqual([]);
      if (reachable === "False") {
        const { code, stdout } = await run(
          process.execPath,
          ["src/main.ts", "diagnose", example.name, "--namespace", namespace, "--kubeconfig", kubeconfig],
          { directory: root, environment: awsEnvironment(url) },
        );
        expect([code, stdout]).toEqual([
          1,
          expect.stringMatching(/✗ ends here, NoPublicIp[\s\S]*✗ ends here, NoRoute/),
        ]);
      }
      await kubectl("delete", "-f", example.directory);
      expect([...account.environments(), ...Object.keys(account.queues()), ...account.definitions()]).toEqual([]);
    },
  );
});
