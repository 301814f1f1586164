import type { Kind } from "../api/object.ts";
import { childSignal } from "../runtime/abort.ts";
import { StoreError } from "../runtime/store.ts";
import type { KubeApi } from "./api.ts";
import { resourceName } from "./resource.ts";

/** What the operator asks of the API server, and why. RBAC manifests are made from it, and it is checked at start. */
export interface AccessRule {
  /** Empty: the core API. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  /**
   * Where: in the watched namespaces (all of them by default), in the namespace of the lease, or for a resource that
   * is in no namespace.
   */
  readonly scope: "watched" | "lease" | "cluster";
  /** Only this object; RBAC cannot tell that for create. */
  readonly name?: string;
  /** The operator starts without it, and lacks only what it is for. */
  readonly optional?: true;
  readonly why: string;
}

/** The lease that the replicas elect by. */
export const leaseName = "aws-batch-operator";

/** The whole of the operator's access, for these kinds. */
export function operatorAccess(kinds: readonly Kind[]): readonly AccessRule[] {
  return [
    ...kinds.flatMap(({ group, plural }): readonly AccessRule[] => [
      {
        group,
        resource: plural,
        verbs: ["get", "list", "watch"],
        scope: "watched",
        why: "watch the objects, and read one live before a write to AWS that cannot be undone",
      },
      {
        group,
        resource: plural,
        verbs: ["patch"],
        scope: "watched",
        why: "set and remove the finalizer and the annotation awsbatch.dev/location; the operator never writes spec",
      },
      {
        group,
        resource: plural,
        subresource: "status",
        verbs: ["patch"],
        scope: "watched",
        why: "apply the status",
      },
    ]),
    {
      group: "events.k8s.io",
      resource: "events",
      verbs: ["create", "patch"],
      scope: "watched",
      why: "report changes as events; a repeated event patches its series",
    },
    {
      group: "coordination.k8s.io",
      resource: "leases",
      verbs: ["get", "patch"],
      scope: "lease",
      name: leaseName,
      why: "elect one of the replicas as the leader",
    },
    {
      group: "coordination.k8s.io",
      resource: "leases",
      verbs: ["create"],
      scope: "lease",
      why: "create the Lease at the first start",
    },
    {
      group: "",
      resource: "namespaces",
      verbs: ["get"],
      scope: "cluster",
      name: "kube-system",
      why: "identify this cluster by the UID of kube-system",
    },
    {
      group: "",
      resource: "namespaces",
      verbs: ["get", "list", "watch"],
      scope: "cluster",
      optional: true,
      why: "watch the labels of namespaces for selectors in allowedNamespaces, and their annotations, which limit roles",
    },
  ];
}

export interface ClusterCheckOptions {
  readonly api: KubeApi;
  readonly kinds: readonly Kind[];
  /** Undefined: all. */
  readonly watchNamespaces?: readonly string[] | undefined;
  /** Undefined: no leader election. */
  readonly leaseNamespace: string | undefined;
  /** How to install the CRDs, in words. */
  readonly installHint: string;
}

/** Permissions on one resource that are missing. */
export interface AccessGap {
  readonly verbs: readonly string[];
  /** As in `resourceName`. */
  readonly resource: string;
  readonly scope: AccessRule["scope"];
  /** Undefined: in all, or none is needed. */
  readonly namespace: string | undefined;
  readonly why: string;
}

export interface CheckedCluster {
  /** Of the server, e.g. `v1.35.4`. */
  readonly version: string;
  /** What is missing in some of the watched namespaces, one line for each; there is one in which nothing is. */
  readonly lacking: readonly string[];
}

/**
 * Whether the operator can work with this cluster; one line says why not. It can as long as one of the watched
 * namespaces is open to it: a tenant who leaves must not stop the work for the others.
 * @throws StoreError `Unavailable`, `Unauthorized`, `CrdMissing`, or `Forbidden` with every permission that is missing
 */
export async function checkCluster(options: ClusterCheckOptions, signal: AbortSignal): Promise<CheckedCluster> {
  const version = await serverVersion(options.api, signal);
  await checkKinds(options, signal);
  const gaps = await accessGaps(options, signal);
  // Under undefined: what concerns all of them.
  const byNamespace = Map.groupBy(gaps, ({ scope, namespace }) => (scope === "watched" ? namespace : undefined));
  const allLack = options.watchNamespaces?.every((namespace) => byNamespace.has(namespace)) ?? false;
  if (byNamespace.has(undefined) || allLack) throw new StoreError("Forbidden", missing(gaps));
  return { version, lacking: [...byNamespace.values()].map(missing) };
}

function missing(gaps: readonly AccessGap[]): string {
  const words = `RBAC does not let the operator ${gapsInWords(gaps)}`;
  return `${words}. Its roles come with the chart (rbac.create) and with manifests/install.yaml`;
}

/** What is missing for the same purpose is told at once. */
function gapsInWords(gaps: readonly AccessGap[]): string {
  const groups = Map.groupBy(gaps, ({ verbs, namespace, why }) => {
    const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
    return JSON.stringify([verbs.join(", "), `${where} (to ${why})`]);
  });
  const parts = [...groups].map(([key, same]) => {
    const [verbs, rest] = JSON.parse(key) as readonly [string, string];
    return `${verbs} ${same.map(({ resource }) => resource).join(", ")}${rest}`;
  });
  return parts.join("; ");
}

async function serverVersion(api: KubeApi, signal: AbortSignal): Promise<string> {
  const target = { verb: "get", resource: "/version" };
  const answer = (await api.request({ method: "GET", path: "/version", target }, signal)) as { gitVersion?: string };
  return answer.gitVersion ?? "unknown";
}

/** @throws StoreError `CrdMissing` that names every kind that the cluster does not serve */
async function checkKinds({ api, kinds, installHint }: ClusterCheckOptions, signal: AbortSignal): Promise<void> {
  const versions = [...new Set(kinds.map(({ group, version }) => `${group}/${version}`))];
  const served = new Set<string>();
  for (const version of versions) {
    for (const name of await servedResources(api, version, signal)) served.add(`${name} of ${version}`);
  }
  const missing = versions.flatMap((version) => {
    const names = kinds
      .filter(({ group, version: own }) => `${group}/${own}` === version)
      .map(({ plural }) => [plural, `${plural}/status`].find((name) => !served.has(`${name} of ${version}`)))
      .filter((name) => name !== undefined);
    return names.length === 0 ? [] : [`${names.join(", ")} of ${version}`];
  });
  if (missing.length === 0) return;
  throw new StoreError("CrdMissing", `the cluster does not serve ${missing.join("; ")}: ${installHint}`);
}

async function servedResources(api: KubeApi, version: string, signal: AbortSignal): Promise<readonly string[]> {
  const target = { verb: "get", resource: `/apis/${version}` };
  try {
    const answer = await api.request({ method: "GET", path: `/apis/${version}`, target }, signal);
    const { resources = [] } = answer as { readonly resources?: readonly { readonly name: string }[] };
    return resources.map(({ name }) => name);
  } catch (error) {
    const isMissing = error instanceof StoreError && (error.reason === "CrdMissing" || error.reason === "NotFound");
    if (!isMissing) throw error;
    return [];
  }
}

/** As many as there are connections: a question that waits for one would spend its deadline on that. */
const questionsAtOnce = 16;

/** What of `operatorAccess` is needed and not granted, asked by a SelfSubjectAccessReview for each verb. */
export async function accessGaps(
  options: Pick<ClusterCheckOptions, "api" | "kinds" | "watchNamespaces" | "leaseNamespace">,
  signal: AbortSignal,
): Promise<readonly AccessGap[]> {
  const { api, kinds, watchNamespaces, leaseNamespace } = options;
  const asked = operatorAccess(kinds)
    .filter(({ optional }) => optional !== true)
    .flatMap((rule) => namespacesOf(rule, watchNamespaces, leaseNamespace).map((namespace) => ({ rule, namespace })));
  const gaps: AccessGap[] = [];
  const open = asked.entries();
  const child = childSignal(signal);
  const ask = async (): Promise<void> => {
    for (const [index, { rule, namespace }] of open) {
      const verbs: string[] = [];
      for (const verb of rule.verbs) {
        if (!(await isAllowed(api, rule, verb, namespace, child.signal))) verbs.push(verb);
      }
      const resource = resourceName(rule.group, rule.resource, rule.subresource);
      gaps[index] = { verbs, resource, scope: rule.scope, namespace, why: rule.why };
    }
  };
  try {
    await Promise.all(Array.from({ length: questionsAtOnce }, ask));
  } finally {
    // Of one that failed: the others ask no more.
    child.abort(new Error("the check of the access is over"));
    child.release();
  }
  return gaps.filter(({ verbs }) => verbs.length > 0);
}

function namespacesOf(
  { scope, group, resource, name }: AccessRule,
  watched: readonly string[] | undefined,
  lease: string | undefined,
): readonly (string | undefined)[] {
  switch (scope) {
    case "cluster":
      // A Namespace counts as in itself, so that a Role in it can let it be read.
      return [group === "" && resource === "namespaces" ? name : undefined];
    case "watched":
      return watched ?? [undefined];
    case "lease":
      return lease === undefined ? [] : [lease];
  }
}

async function isAllowed(
  api: KubeApi,
  rule: AccessRule,
  verb: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { group, resource, subresource, name } = rule;
  const answer = await api.request(
    {
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      target: { verb: "create", resource: "selfsubjectaccessreviews.authorization.k8s.io" },
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { group, resource, subresource, name, verb, namespace } },
      },
    },
    signal,
  );
  return (answer as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true;
}
