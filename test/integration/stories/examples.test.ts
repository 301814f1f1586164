import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { describesAccount, type Example, possibleExamples, prepare } from "../../examples/examples.ts";
import { batchJob, batchNetwork, computeEnvironment, ec2, jobQueue } from "../../manifests.ts";
import { isWrite } from "../../transcript.ts";
import type { AuditEvent } from "../control-plane/audit.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { linesOf } from "../control-plane/run.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { listed, until } from "../control-plane/wait.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { Account } from "./account.ts";
import { auditOfOperator, install, newIdentity } from "./installed.ts";
import { allows, grantedPermissions, textOf } from "./permissions.ts";
import { stack, withInstances } from "./stack.ts";
import { Team } from "./team.ts";

// They wait for AWS, not for the machine.
vi.setConfig({ maxConcurrency: 40 });

const root = fileURLToPath(new URL("../../../", import.meta.url));

describeOnCluster("what people do with kubectl, the operator having the rights of manifests/install.yaml", () => {
  let cluster: ControlPlane;
  let account: Account;
  let operator: OperatorProcess;

  beforeAll(async () => {
    cluster = await startControlPlane({ controllerManager: true });
    await install(cluster);
    account = new Account({ speed: 30, knobs: { infrastructureUpdateMs: 60_000 } });
    operator = await OperatorProcess.start({
      kubeconfig: (await newIdentity(cluster)).kubeconfig,
      directory: cluster.access.directory,
      awsUrl: (await account.front()).url,
      flags: ["--aws-requests-per-second", "100"],
    });
    await operator.untilReady();
  });

  afterAll(async () => {
    await operator?.stop();
    await account?.close();
    await cluster?.stop();
  });

  const kubectlIn =
    (namespace: string) =>
    async (...args: readonly string[]): Promise<string[]> =>
      linesOf(await cluster.kubectl(["--namespace", namespace, ...args]));

  /** What AWS has of a namespace. */
  const inAws = (namespace: string): readonly string[] =>
    [
      ...account.environments(),
      ...Object.keys(account.queues()),
      ...account.definitions(),
      ...account.identities(),
    ].filter((name) => name.startsWith(`${namespace}_`));

  /** A namespace in which the stack is Ready. */
  const readyStack = async (): Promise<Team> => {
    const team = await Team.in(cluster, "stack");
    await team.apply(...stack);
    await team.untilReady();
    return team;
  };

  describe.concurrent("while all of it happens at once", () => {
    test.for(possibleExamples.filter((example) => !describesAccount(example)))(
      "$name gets Ready, and its kubectl delete returns when AWS is clean",
      async (example) => {
        await prepareOnce(account, example);
        const namespace = await cluster.newNamespace("example");
        const kubectl = kubectlIn(namespace);
        await kubectl("apply", "-f", example.directory);
        // Where roles are made first, AWS needs a while until it can use them, and that is the operator's own time.
        await kubectl("wait", "--for=condition=Ready", "-f", example.directory);
        expect(inAws(namespace)).not.toEqual([]);
        // What Argo CD and Flux compare, client-side and server-side: nothing differs from what was applied.
        const same = async (...flags: readonly string[]): Promise<true | string> => {
          const lines = await kubectl("diff", ...flags, "-f", example.directory);
          return lines.length === 0 || lines.join("\n");
        };
        // It reads each object twice, and a status may be written between the two.
        await until(() => same(), "kubectl diff to find nothing");
        const asArgoCd = ["--server-side", "--field-manager=argocd"];
        await until(() => same(...asArgoCd), "kubectl diff to find nothing, server-side");
        await kubectl("delete", "-f", example.directory);
        expect(inAws(namespace)).toEqual([]);
      },
    );

    test("the jobs example is Complete or Failed as its README says, and its kubectl delete returns when AWS is clean", async () => {
      const namespace = await cluster.newNamespace("jobs");
      const kubectl = kubectlIn(namespace);
      const path = `${root}examples/jobs`;
      await kubectl("apply", "-f", path);
      const good = ["plain", "array", "prepare", "train-a", "train-b", "compare"].map((name) => `bj/${name}`);
      await kubectl("wait", "--for=condition=Complete", ...good);
      await kubectl("wait", "--for=condition=Failed", "bj/failing");
      const columns =
        "-o=custom-columns=:.metadata.name,:.status.status,:.status.exitCode,:.status.attempts[*].exitCode";
      const shown = await kubectl("get", "bj", "failing", columns, "--no-headers");
      expect(shown.map((line) => line.split(/\s+/))).toEqual([["failing", "FAILED", "3", "3,3,3"]]);
      await kubectl("delete", "-f", path);
      expect(inAws(namespace)).toEqual([]);
    });

    test("the blue-green story is reported step by step", async () => {
      const namespace = await cluster.newNamespace("story");
      const kubectl = kubectlIn(namespace);
      const take = async (step: string, condition = "Ready"): Promise<readonly string[]> => {
        const path = `${root}examples/blue-green-story/${step}`;
        await kubectl("apply", "-f", path);
        await kubectl("wait", `--for=condition=${condition}`, "-f", path);
        return account.queues()[`${namespace}_story`] ?? [];
      };
      const first = await take("1-first");
      const second = await take("2-instance-type-changed");
      expect(second).not.toEqual(first);
      expect(await take("3-impossible", "Stalled")).toEqual(second);
      const [message] = await kubectl(
        "get",
        "bce",
        "story",
        "-o",
        "custom-columns=:.status.conditions[?(@.type=='Stalled')].message",
        "--no-headers",
      );
      expect(message).toContain("m6i.lagre is not among them");
      const fourth = await take("4-corrected");
      expect([first, second]).not.toContainEqual(fourth);
      // The first one may still be there, kept for a way back: then it is taken again.
      expect(await take("5-back-to-the-first")).toHaveLength(1);
      await kubectl("delete", "-f", `${root}examples/blue-green-story/1-first`);
      expect(inAws(namespace)).toEqual([]);
    });

    test.for([
      { edit: "maxvCpus", kind: "bce", action: "Scale", patch: { computeResources: { maxvCpus: 128 } } },
      { edit: "tags", kind: "bce", action: "UpdateTags", patch: { tags: { team: "blue" } } },
      {
        edit: "instanceTypes",
        kind: "bce",
        action: "Replace",
        patch: { computeResources: { instanceTypes: ["m5.large"] } },
      },
      {
        edit: "instanceTypes, with an updatePolicy",
        kind: "bce",
        action: "UpdateInfrastructure",
        patch: { updatePolicy: {}, computeResources: { instanceTypes: ["m5.large"] } },
      },
      { edit: "priority", kind: "bjq", action: "Update", patch: { priority: 7 } },
      { edit: "schedulingPriority", kind: "bjd", action: "Register", patch: { schedulingPriority: 7 } },
    ])("an edit of $edit is reported as $action before it is made", async ({ kind, action, patch }) => {
      const { namespace } = await readyStack();
      const kubectl = kubectlIn(namespace);
      const writes = (): number =>
        account.aws.log.filter((call) => JSON.stringify(call.input).includes(`${namespace}_app`) && isWrite(call))
          .length;
      await kubectl("annotate", kind, "app", "awsbatch.dev/dry-run=true");
      const before = writes();
      await kubectl("patch", kind, "app", "--type=merge", "-p", JSON.stringify({ spec: patch }));
      await kubectl("wait", `--for=jsonpath={.status.plan.action}=${action}`, kind, "app");
      expect(writes()).toBe(before);
      await kubectl("annotate", kind, "app", "awsbatch.dev/dry-run-");
      await kubectl("wait", "--for=condition=Ready", kind, "app");
      await kubectl("wait", "--for=jsonpath={.status.plan.action}=None", kind, "app");
      expect(writes()).toBeGreaterThan(before);
    });

    test("an environment is replaced under its queue, and the old one goes", async () => {
      const team = await readyStack();
      const queue = `${team.namespace}_app`;
      const environments = (): readonly string[] => account.environments().filter((name) => name.startsWith(queue));
      const [before] = environments();
      await team.apply(withInstances("m5.large"));
      await team.untilReady();
      const [serving, ...others] = account.queues()[queue] ?? [];
      expect(serving).not.toBe(before);
      expect(others).toEqual([]);
      await until(() => environments().length === 1 || account.recently(), "the old environment to be gone");
      expect(environments()).toEqual([serving]);
      expect(account.definitions().filter((name) => name.startsWith(queue))).toHaveLength(1);
    });

    test.for(ordersOf(["bce/app", "bjq/app", "bjd/app"]))("deleted as $0, $1, $2 all goes", async (order) => {
      const { namespace } = await readyStack();
      const kubectl = kubectlIn(namespace);
      for (const name of order) await kubectl("delete", "--wait=false", name);
      await kubectl("wait", "--for=delete", ...order);
      expect(inAws(namespace)).toEqual([]);
    });

    test("a queue uses an environment of a namespace whose selector lets it", async () => {
      const owner = await Team.in(cluster, "owner");
      const user = await Team.in(cluster, "user");
      await owner.apply(
        computeEnvironment("shared", {
          ...ec2,
          allowedNamespaces: { from: "Selector", selector: { matchLabels: { "batch-user": "yes" } } },
        }),
      );
      const order = [{ order: 1, computeEnvironmentRef: { name: "shared", namespace: owner.namespace } }];
      await user.apply(jobQueue("app", [], { computeEnvironmentOrder: order }));
      const kubectl = kubectlIn(user.namespace);
      await kubectl("wait", "--for=condition=ReferencesResolved=false", "bjq/app");
      await kubectl("label", "namespace", user.namespace, "batch-user=yes");
      // Labels of namespaces are remembered for a while, and nobody watches them.
      await kubectl("wait", "--for=condition=Ready", "bjq/app");
    });

    test("a job whose ttlSecondsAfterFinished has passed is gone, without a delete by anybody", async () => {
      const team = await readyStack();
      const references = { jobQueueRef: { name: "app" }, jobDefinitionRef: { name: "app" } };
      await team.apply(batchJob("short", { ...references, ttlSecondsAfterFinished: 5 }));
      const kubectl = kubectlIn(team.namespace);
      await kubectl("wait", "--for=delete", "bj/short");
      // It may have been gone before anybody read it.
      const name = `${team.namespace}_short_`;
      const jobs = account.aws.truth.jobs().filter(({ request }) => request.jobName?.startsWith(name));
      expect(jobs.map(({ status }) => status)).toEqual(["SUCCEEDED"]);
    });

    test("a network is Ready with the group that it creates, and its kubectl delete returns when EC2 is clean", async () => {
      // In the VPC that an account without a description has.
      const { metadata, ...network } = batchNetwork("net", { vpcId: "vpc-0de0fa0170000000d", securityGroup: {} });
      const team = await Team.in(cluster, "network");
      await team.apply({ ...network, metadata: { name: metadata.name, namespace: team.namespace } });
      const kubectl = kubectlIn(team.namespace);
      await kubectl("wait", "--for=condition=Ready", "bnet/net");
      const [groupId = ""] = await kubectl("get", "bnet", "net", "-o=jsonpath={.status.securityGroup.groupId}");
      const made = () => account.aws.truth.securityGroups().filter((one) => one.GroupId === groupId);
      expect(made()).toHaveLength(1);
      await kubectl("delete", "bnet", "net");
      expect(made()).toEqual([]);
    });

    test("a role is Ready in IAM, and its kubectl delete returns when IAM is clean", async () => {
      const team = await Team.in(cluster, "role");
      const { namespace } = team;
      await team.apply({
        apiVersion: "awsbatch.dev/v1alpha1",
        kind: "BatchRole",
        metadata: { name: "reads", namespace },
        spec: { purpose: "job" },
      });
      const kubectl = kubectlIn(namespace);
      await kubectl("wait", "--for=condition=Ready", "brole/reads");
      expect(inAws(namespace)).toHaveLength(1);
      await kubectl("delete", "brole", "reads");
      expect(inAws(namespace)).toEqual([]);
    });

    test("what somebody changes in AWS is put back, and reported as an event", async () => {
      const team = await readyStack();
      const { namespace } = team;
      const jobQueue = `${namespace}_app`;
      const seen = () => account.aws.truth.jobQueues().find(({ jobQueueName }) => jobQueueName === jobQueue);
      const putBack = () => (seen()?.priority === 1 && seen()?.status === "VALID") || JSON.stringify(seen());
      await account.aws.outside.updateJobQueue({ jobQueue, priority: 9 });
      await until(putBack, "the priority to be put back");
      const kubectl = kubectlIn(namespace);
      const reported = async (): Promise<true | string> => {
        const lines = await kubectl("get", "events.events.k8s.io", "--no-headers", "-o", "custom-columns=:.reason");
        return lines.some((line) => line.startsWith("DriftCorrected")) || listed(lines);
      };
      await until(reported, "the event DriftCorrected");
    });
  });

  describe("after all of it", () => {
    test("no queue was without an environment at any time, and no job was killed", () => {
      expect(account.violations).toEqual([]);
    });

    test("the log has no error", async () => {
      const errors = (await operator.log()).filter(({ level }) => level === "error");
      expect(errors).toEqual([]);
    });

    test("each permission of manifests/install.yaml was used, and none was missing", async () => {
      await operator.stop();
      const events = await auditOfOperator(cluster);
      const forbidden = events.filter(({ responseStatus }) => responseStatus?.code === 403).map(inWords);
      expect([...new Set(forbidden)]).toEqual([]);
      const permissions = await grantedPermissions();
      // What every ServiceAccount may ask: about itself, the server's version, the kinds that it serves.
      const asked = events.filter(
        ({ objectRef }) => objectRef?.resource !== undefined && objectRef.apiGroup !== "authorization.k8s.io",
      );
      const used = new Set<string>();
      const beyond = new Set<string>();
      for (const event of asked) {
        // The narrowest one: a permission for all is used only by what no narrower one allows.
        const [permission] = permissions
          .filter((one) => allows(one, event))
          .toSorted((left, right) => (right.name ?? "").length - (left.name ?? "").length);
        if (permission === undefined) beyond.add(inWords(event));
        else used.add(textOf(permission));
      }
      expect([...beyond]).toEqual([]);
      expect([...used].toSorted()).toEqual(permissions.map(textOf).toSorted());
    });
  });
});

const prepared = new Map<string, Promise<void>>();

async function prepareOnce({ aws }: Account, example: Example): Promise<void> {
  const known = prepared.get(example.name) ?? prepare(aws, example);
  prepared.set(example.name, known);
  await known;
}

/** All orders of three. */
function ordersOf(names: readonly string[]): string[][] {
  if (names.length <= 1) return [[...names]];
  return names.flatMap((first) => ordersOf(names.filter((name) => name !== first)).map((rest) => [first, ...rest]));
}

function inWords({ verb, requestURI }: AuditEvent): string {
  return `${verb} ${requestURI.split("?")[0]}`;
}
