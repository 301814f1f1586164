import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { linesOf } from "../integration/control-plane/run.ts";
import { until } from "../integration/control-plane/wait.ts";
import { Team } from "../integration/stories/team.ts";
import { jobDefinition } from "../manifests.ts";
import { describeWithHelm, documents, type Rendered, template } from "./helm.ts";
import { valueSets } from "./value-sets.ts";

const namespace = "aws-batch-system";

/** What the server of the tests does not have. */
const elsewhere = new Set(["ServiceMonitor", "PodMonitor", "PrometheusRule", "VerticalPodAutoscaler"]);

/** Sets that ask for what the profile `restricted` does not let in. */
const notRestricted: Readonly<Record<string, RegExp>> = {
  "network of the pod": /hostNetwork=true/,
  extras: /allowPrivilegeEscalation != false/,
};

describeWithHelm(
  "what the chart renders",
  (program) => {
    let cluster: ControlPlane;
    beforeAll(async () => {
      cluster = await startControlPlane({ controllerManager: true });
      linesOf(await cluster.kubectl(["create", "namespace", namespace]));
      const label = "pod-security.kubernetes.io/enforce=restricted";
      linesOf(await cluster.kubectl(["label", "namespace", namespace, label]));
      for (const name of ["team-a", "team-b", "elsewhere", "leases", "monitoring"]) {
        linesOf(await cluster.kubectl(["create", "namespace", name]));
      }
      // No pod is let in before it.
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
      const hasAccount = async () => (await cluster.request("GET", path)).status === 200 || "none";
      await until(hasAccount, "the ServiceAccount of the namespace");
    });
    afterAll(() => cluster?.stop());

    /** What the server says to the objects, stored by none of them. */
    async function said(objects: readonly unknown[]): Promise<{ readonly code: number; readonly stderr: string }> {
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const flags = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"];
      return await cluster.kubectl(flags, { input });
    }

    /** The pods that its Deployments and Jobs would make, in the namespace where the profile is enforced. */
    function podsOf(object: Rendered): readonly object[] {
      const { kind, metadata } = object;
      const spec = kind === "Pod" ? object["spec"] : object["spec"]?.template?.spec;
      if (spec?.containers === undefined) return [];
      // That class, and its runtime, would have to exist.
      const { runtimeClassName: _class, priorityClassName: _priority, serviceAccountName: _account, ...rest } = spec;
      return [{ apiVersion: "v1", kind: "Pod", metadata: { name: metadata.name, namespace }, spec: rest }];
    }

    test.each(["defaults", ...Object.keys(valueSets)])(
      "with %s is what the API server takes, and its pods fit the profile restricted",
      async (name) => {
        const values = name === "defaults" ? {} : (valueSets[name] ?? {});
        const lean = "crds" in values || name === "defaults" ? values : { ...values, crds: { enabled: false } };
        const objects = documents(await template(program, lean)).filter(({ kind }) => !elsewhere.has(kind));
        // A pod needs its ServiceAccount stored before it: it comes below.
        const { code, stderr } = await said(objects.filter(({ kind }) => kind !== "Pod"));
        expect([code, stderr.replaceAll(/^Warning: .*\n/gm, "")]).toEqual([0, ""]);
        const pods = await said(objects.flatMap(podsOf));
        const reason = notRestricted[name];
        if (reason === undefined) expect([pods.code, pods.stderr]).toEqual([0, ""]);
        else expect(pods.stderr).toMatch(reason);
      },
    );

    test("keeps an object that is protected from deletion, until it is not", async () => {
      const values = { deletionProtection: { enabled: true }, replicas: 0, tests: { enabled: false } };
      linesOf(await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input: await template(program, values) }));
      const team = await Team.in(cluster);
      await until(() => team.apply(jobDefinition("kept")).then(() => true as const), "the definitions to be served");
      const kubectl = (...args: readonly string[]) => cluster.kubectl(["-n", team.namespace, ...args]);
      const protection = "awsbatch.dev/deletion-protection";
      linesOf(await kubectl("annotate", "bjd", "kept", `${protection}=true`));
      const remove = () => kubectl("delete", "bjd", "kept", "--dry-run=server");
      const refused = async (): Promise<true | string> => {
        const { code, stdout } = await remove();
        return code === 1 || stdout;
      };
      await until(refused, "the policy to refuse");
      expect((await remove()).stderr).toContain(
        `JobDefinition ${team.namespace}/kept is protected: remove its annotation ${protection} first`,
      );
      linesOf(await kubectl("annotate", "bjd", "kept", `${protection}-`));
      linesOf(await remove());
    });

    test("keeps a definition, which would take all objects with it, until it is annotated", async () => {
      const values = { deletionProtection: { enabled: true }, replicas: 0, tests: { enabled: false } };
      linesOf(await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input: await template(program, values) }));
      const definition = "jobqueues.awsbatch.dev";
      const remove = () => cluster.kubectl(["delete", "crd", definition, "--dry-run=server"]);
      const refused = async (): Promise<true | string> => {
        const { code, stdout } = await remove();
        return code === 1 || stdout;
      };
      await until(refused, "the policy to refuse");
      expect((await remove()).stderr).toContain(
        `CustomResourceDefinition ${definition} is protected: its deletion deletes all its objects`,
      );
      const all = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All";
      const collection = await cluster.request("DELETE", all);
      expect([collection.status, JSON.stringify(collection.body)]).toEqual([
        403,
        expect.stringContaining("is protected"),
      ]);
      const foreign = {
        ...documents(await template(program, values)).find(({ metadata }) => metadata.name === definition),
      };
      const others = JSON.parse(JSON.stringify(foreign).replaceAll("awsbatch.dev", "example.com"));
      linesOf(await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input: JSON.stringify(others) }));
      linesOf(await cluster.kubectl(["delete", "crd", "jobqueues.example.com"]));
      linesOf(await cluster.kubectl(["annotate", "crd", definition, "awsbatch.dev/deletion-protection=false"]));
      linesOf(await remove());
    });

    test("rejects CRDs that are older than those in the cluster, whoever applies them", async () => {
      const values = { crds: { downgradeProtection: true }, replicas: 0, tests: { enabled: false } };
      const yaml = await template(program, values);
      const crds = documents(yaml).filter(({ kind }) => kind === "CustomResourceDefinition");
      const versions = (version: string) =>
        crds.map((crd) => {
          const annotations = { ...crd.metadata.annotations, "awsbatch.dev/version": version };
          return { ...crd, metadata: { ...crd.metadata, annotations } };
        });
      const apply = (input: string) =>
        cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
      const applied = (items: readonly object[]) => apply(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
      linesOf(await apply(yaml));
      linesOf(await applied(versions("9.10.0")));
      const refused = async (): Promise<true | string> => {
        const { code, stderr, stdout } = await applied(versions("9.9.0"));
        return (code === 1 && stderr.includes("is of version 9.10.0, this one is 9.9.0")) || `${stdout}${stderr}`;
      };
      await until(refused, "the policy to refuse");
      linesOf(await applied(versions("10.0.0")));
      const policy = "validatingadmissionpolicybinding/batch-aws-batch-operator-downgrade-protection";
      linesOf(await cluster.kubectl(["delete", policy]));
      // Only the CRDs: the chart's objects would bring the binding back.
      const restored = async () => (await applied(crds)).code === 0 || "still refused";
      await until(restored, "the CRDs to be what they were");
    });

    test("rejects a new object with the name of another namespace, unless flags or the Namespace allow it", async () => {
      const flags = { allowedNames: ["team-a/prod_*"], adoptableNames: ["*/*", "team-a/legacy_*"] };
      const values = { nameProtection: { enabled: true }, flags, replicas: 0, tests: { enabled: false } };
      linesOf(await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input: await template(program, values) }));
      const created = async (namespace: string, jobDefinitionName?: string) => {
        const manifest = jobDefinition("named", jobDefinitionName === undefined ? {} : { jobDefinitionName });
        const input = JSON.stringify({ ...manifest, metadata: { name: "named", namespace } });
        return await cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { input });
      };
      const refused = async (): Promise<true | string> => {
        const { code, stdout, stderr } = await created("team-a", "team-b_train");
        return (code === 1 && stderr.includes("begins like")) || `${stdout}${stderr}`;
      };
      await until(refused, "the policy to refuse");
      expect((await created("team-a", "team-b_train")).stderr).toContain(
        "team-b_train begins like the names of namespace team-b, and is not allowed in namespace team-a",
      );
      const codes = async (namespace: string, names: readonly (string | undefined)[]) =>
        await Promise.all(names.map(async (name) => (await created(namespace, name)).code));
      const names = [undefined, "team-a_x", "free-name", "Prod_x", "prod_x", "legacy_x", "test_x"];
      expect(await codes("team-a", names)).toEqual([0, 0, 0, 0, 0, 0, 1]);
      expect(await codes("team-b", names)).toEqual([0, 1, 0, 0, 1, 1, 1]);
      const allowed = "awsbatch.dev/allowed-names=test_*, team-a_*";
      linesOf(await cluster.kubectl(["annotate", "namespace", "team-b", allowed]));
      const annotated = async (): Promise<true | string> =>
        String((await created("team-b", "test_x")).code) === "0" || "no";
      await until(annotated, "the annotation to count");
      expect(await codes("team-b", names)).toEqual([0, 0, 0, 0, 1, 1, 0]);

      const withCluster = { ...values, flags: { namesWithCluster: true, clusterName: "blue" } };
      const input = await template(program, withCluster);
      linesOf(await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input }));
      const other = async (): Promise<true | string> =>
        String((await created("team-a", "team-a_x")).code) === "1" || "no";
      await until(other, "the other policy to count");
      const inCluster = [undefined, "blue_team-a_x", "free-name", "team-a_x", "green_team-a_x", "blue_team-b_x"];
      expect(await codes("team-a", inCluster)).toEqual([0, 0, 0, 1, 1, 1]);
    });
  },
  "Helm 4",
);
