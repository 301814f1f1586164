import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Kind } from "../../src/api/object.ts";
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { leaseName, operatorAccess } from "../../src/kube/access.ts";
import type { ServiceAccountAccess } from "./control-plane/cluster.ts";
import { type ControlPlane, startControlPlane } from "./control-plane/control-plane.ts";
import { linesOf } from "./control-plane/run.ts";
import { describeOnCluster } from "./control-plane/shared.ts";
import { listed, until } from "./control-plane/wait.ts";

const manifest = fileURLToPath(new URL("../../manifests/install.yaml", import.meta.url));
const operator = "aws-batch-operator";
const home = "aws-batch-system";

/** What a SelfSubjectAccessReview asks (authorization.k8s.io/v1, ResourceAttributes). */
interface Question {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Left out: all namespaces. */
  readonly namespace?: string;
}

/** Everything that the operator does, each verb asked where it does it. */
const needed = operatorAccess(kinds).flatMap(({ group, resource, subresource, name, verbs, scope }) =>
  verbs.map(
    (verb): Question => ({
      verb,
      group,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(name === undefined ? {} : { name }),
      ...(scope === "lease" ? { namespace: home } : {}),
    }),
  ),
);

const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const everyVerb = (question: Omit<Question, "verb">): readonly Question[] =>
  verbs.map((verb) => ({ verb, ...question }));

/** What it could misuse, verb by verb; the needed ones among these are left out below. */
const tempting: readonly Question[] = [
  ...kinds.flatMap(({ group, plural }) => [
    ...everyVerb({ group, resource: plural }),
    ...everyVerb({ group, resource: plural, subresource: "status" }),
  ]),
  ...["secrets", "configmaps", "pods", "serviceaccounts", "events", "nodes"].flatMap((resource) =>
    everyVerb({ group: "", resource }),
  ),
  { verb: "create", group: "", resource: "pods", subresource: "exec", namespace: home },
  { verb: "create", group: "", resource: "serviceaccounts", subresource: "token", namespace: home },
  ...everyVerb({ group: "", resource: "namespaces" }),
  ...everyVerb({ group: "events.k8s.io", resource: "events" }),
  ...everyVerb({ group: "apps", resource: "deployments", namespace: home }),
  ...everyVerb({ group: "apiextensions.k8s.io", resource: "customresourcedefinitions" }),
  ...["roles", "clusterroles", "rolebindings", "clusterrolebindings"].flatMap((resource) =>
    everyVerb({ group: "rbac.authorization.k8s.io", resource }),
  ),
  ...everyVerb({ group: "coordination.k8s.io", resource: "leases" }),
  ...everyVerb({ group: "coordination.k8s.io", resource: "leases", namespace: home, name: leaseName }),
  ...everyVerb({ group: "coordination.k8s.io", resource: "leases", namespace: home, name: "another" }),
  ...everyVerb({ group: "coordination.k8s.io", resource: "leases", namespace: "kube-system", name: leaseName }),
];

/** Whether one of the needed permissions, which may be wider, answers this question with yes. */
function isNeeded(question: Question): boolean {
  return needed.some(
    (one) =>
      one.verb === question.verb &&
      one.group === question.group &&
      one.resource === question.resource &&
      one.subresource === question.subresource &&
      (one.name === undefined || one.name === question.name) &&
      (one.namespace === undefined || one.namespace === question.namespace),
  );
}

/** As `kubectl auth can-i --list` names a resource. */
function asListed({ group, resource, subresource }: Question): string {
  return `${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
}

const inWords = ({ verb, group, resource, subresource, name = "*", namespace = "*" }: Question): string =>
  `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}.${group} ${name} in ${namespace}`;

describeOnCluster("manifests/install.yaml in an empty cluster", () => {
  let cluster: ControlPlane | undefined;
  let account: ServiceAccountAccess | undefined;
  const running = (): ControlPlane => {
    if (cluster === undefined) throw new Error("the control plane has not started");
    return cluster;
  };
  const kubectl = async (...args: string[]): Promise<string[]> => linesOf(await running().kubectl(args));

  /** The ServiceAccount asks for itself, by its token; for a user the admin asks. */
  async function isAllowed(question: Question, user?: string): Promise<boolean> {
    const kind = user === undefined ? "SelfSubjectAccessReview" : "SubjectAccessReview";
    const { body } = await running().request("POST", `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`, {
      ...(user === undefined ? { token: account?.token ?? "" } : {}),
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind,
        spec: { resourceAttributes: question, ...(user === undefined ? {} : { user }) },
      },
    });
    return (body as { readonly status: { readonly allowed: boolean } }).status.allowed;
  }

  beforeAll(async () => {
    cluster = await startControlPlane({ controllerManager: true });
    await kubectl("apply", "-f", manifest);
    account = await cluster.asServiceAccount(home, operator);
  });
  afterAll(() => cluster?.stop());

  test.each([
    { how: "client-side", flags: [] },
    { how: "server-side", flags: ["--server-side", "--force-conflicts"] },
  ])("is applied $how, and changes nothing the second time", async ({ flags }) => {
    const apply = ["apply", ...flags, "-f", manifest];
    await kubectl(...apply, "--dry-run=server");
    await kubectl(...apply);
    const versions = (): Promise<string[]> =>
      kubectl("get", "-f", manifest, "-o", "jsonpath={range .items[*]}{.kind} {.metadata.generation}{'\\n'}{end}");
    const before = await versions();
    const said = await kubectl(...apply);
    expect(await versions()).toEqual(before);
    expect(said.filter((line) => line.endsWith(" created"))).toEqual([]);
  });

  test("serves the kinds", async () => {
    const crds = kinds.map(({ group, plural }) => `crd/${plural}.${group}`);
    await kubectl("wait", "--for=condition=Established", ...crds);
  });

  test("makes two pods, which the namespace's own restrictions let in", async () => {
    const labels = await kubectl("get", "namespace", home, "-o", "jsonpath={.metadata.labels}");
    expect(JSON.parse(labels.join(""))).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
    const pods = (): Promise<string[]> =>
      kubectl("-n", home, "get", "pods", "-l", `app.kubernetes.io/name=${operator}`, "-o", "name");
    await until(async () => (await pods()).length === 2 || listed(await pods()), "two pods");
  });

  describe("lets its ServiceAccount, by its token,", () => {
    test("do everything that the operator does", async () => {
      const isAllAllowed = async (): Promise<true | string> => {
        const answers = await Promise.all(needed.map(async (one) => ((await isAllowed(one)) ? [] : [inWords(one)])));
        return answers.flat().length === 0 || `without ${listed(answers.flat())}`;
      };
      expect(needed).not.toEqual([]);
      await until(isAllAllowed, "all permissions");
    });

    test("do nothing else with what it works on, nor anything with Secrets, Pods or roles", async () => {
      const others = tempting.filter((question) => !isNeeded(question));
      expect(others.length).toBeGreaterThan(100);
      const answers = await Promise.all(others.map(async (one) => ({ one, allowed: await isAllowed(one) })));
      expect(answers.filter(({ allowed }) => allowed).map(({ one }) => inWords(one))).toEqual([]);
    });

    test.each([home, "default"])(
      "do in namespace %s what `kubectl auth can-i --list` shows, and no more",
      async (namespace) => {
        const { kubeconfig = "" } = account ?? {};
        const { stdout } = await running().kubectl(["auth", "can-i", "--list", "--no-headers", "-n", namespace], {
          kubeconfig,
        });
        const shown = stdout
          .split("\n")
          .map((line) => /^(\S+)\s+\[.*?\]\s+\[(.*?)\]\s+\[(.*?)\]$/.exec(line.trim()))
          .flatMap((match) =>
            match === null ? [] : [{ resource: match[1], name: match[2] ?? "", verbs: match[3] ?? "" }],
          )
          // What everybody may do who has a token: ask about themselves.
          .filter(({ resource = "" }) => !/self.*reviews/.test(resource));
        const expected = needed
          .filter((one) => one.namespace === undefined || one.namespace === namespace)
          .map((one) => `${one.verb} ${asListed(one)} ${one.name ?? ""}`);
        const lines = shown.flatMap(({ resource, name, verbs: all }) =>
          all.split(" ").map((verb) => `${verb} ${resource} ${name}`),
        );
        expect([...new Set(lines)].toSorted()).toEqual([...new Set(expected)].toSorted());
      },
    );
  });

  describe("lets people with a built-in role in a namespace", () => {
    test.each([
      { role: "view", may: ["get", "list", "watch"] },
      { role: "edit", may: ["get", "list", "watch"] },
      { role: "admin", may: ["get", "list", "watch"] },
    ])("$role: only $may its objects", async ({ role, may }) => {
      const user = `${role}-person`;
      const namespace = await running().newNamespace(role);
      await kubectl("-n", namespace, "create", "rolebinding", user, `--clusterrole=${role}`, `--user=${user}`);
      const allowed = async (kind: Kind, subresource?: string): Promise<string[]> => {
        const at = { namespace, group: kind.group, resource: kind.plural };
        const answers = await Promise.all(
          everyVerb(subresource === undefined ? at : { ...at, subresource }).map(async (question) =>
            (await isAllowed(question, user)) ? [question.verb] : [],
          ),
        );
        return answers.flat();
      };
      for (const kind of kinds) {
        const check = async (): Promise<true | string> => {
          const found = await allowed(kind);
          return found.length >= may.length || listed(found);
        };
        await until(check, `aggregation into ${role}`);
        expect([kind.kind, await allowed(kind), await allowed(kind, "status")]).toEqual([kind.kind, may, []]);
      }
    });
  });
});
