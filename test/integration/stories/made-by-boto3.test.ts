import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { computeEnvironment } from "../../manifests.ts";
import { serveChecked } from "../../simulator/checked-server.ts";
import { motoPython } from "../control-plane/moto.ts";
import { linesOf, runOrFail } from "../control-plane/run.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { awsEnvironment, OperatorProcess } from "../operator/operator-process.ts";
import { Account } from "./account.ts";
import { install, newIdentity } from "./installed.ts";

const script = fileURLToPath(new URL("network.py", import.meta.url));

interface Made {
  readonly vpc: string;
  readonly private: string;
  readonly group: string;
}

describeOnCluster("a network that boto3 makes", (cluster) => {
  let python: string;
  beforeAll(async () => {
    await install(cluster);
    python = await motoPython();
  });

  test("is what the preflight sees, and goes again after the environment", async ({ onTestFinished }) => {
    const account = new Account({ speed: 30 });
    onTestFinished(() => account.close());
    // The user of boto3 is somebody else than the operator.
    const other = await serveChecked({ ...account.aws, ec2: account.aws.outside.ec2 }, { port: 0 });
    onTestFinished(() => other.close());
    const boto3 = async (verb: "make" | "remove", input: object = {}): Promise<unknown> => {
      const environment = awsEnvironment(other.url);
      return JSON.parse(await runOrFail(python, [script, verb], { input: JSON.stringify(input), environment }));
    };
    const made = (await boto3("make")) as Made;

    const namespace = await cluster.newNamespace("boto3");
    const { kubeconfig } = await newIdentity(cluster);
    const operator = await OperatorProcess.start({
      kubeconfig,
      directory: cluster.access.directory,
      awsUrl: (await account.front()).url,
      namespaces: [namespace],
      flags: ["--no-leader-elect", "--aws-requests-per-second", "100"],
    });
    onTestFinished(async () => {
      await operator.stop();
    });
    await operator.untilReady();
    const kubectl = async (args: readonly string[], input?: object): Promise<string[]> => {
      const options = input === undefined ? {} : { input: JSON.stringify(input) };
      return linesOf(await cluster.kubectl(["--namespace", namespace, ...args], options));
    };
    const environment = computeEnvironment("private", {
      type: "MANAGED",
      computeResources: {
        type: "FARGATE",
        maxvCpus: 16,
        subnets: [made.private],
        securityGroupIds: [made.group],
      },
    });
    await kubectl(["apply", "-f", "-"], { ...environment, metadata: { name: "private", namespace } });
    await kubectl(["wait", "--for=condition=Ready", "bce", "private"]);
    await kubectl(["wait", "--for=condition=NetworkReady=True", "bce", "private"]);

    await kubectl(["delete", "bce", "private"]);
    expect(account.environments()).toEqual([]);
    expect(account.denials).toEqual([]);
    const { vpcs } = (await boto3("remove", made)) as { readonly vpcs: readonly string[] };
    expect(vpcs).toHaveLength(1);
    expect(vpcs).not.toContain(made.vpc);
  });
});
