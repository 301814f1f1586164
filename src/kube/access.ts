import type { Kind } from "../api/object.ts";
import { childSignal } from "../runtime/abort.ts";
import { StoreError } from "../runtime/store.ts";
import type { KubeApi } from "./api.ts";
import { connectionsForRequests } from "./connection.ts";
import { resourceName } from "./resource.ts";

/** A permission that the operator needs, and why. RBAC manifests are generated from it, and it is checked at start. */
export interface AccessRule {
  /** Empty: the core API. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  /**
   * Scope: the watched namespaces (all of them by default), the namespace of the lease, or the cluster for a resource
   * without a namespace.
   */
  readonly scope: "watched" | "lease" | "cluster";
  /** Only this object; RBAC cannot restrict create to a name. */
  readonly name?: string;
  /** Optional: the operator starts without it, and only its purpose does not work. */
  readonly optional?: true;
  readonly why: string;
}

/** The lease of the leader election. */
export const leaseName = "aws-batch-operator";

/** All permissions that the operator needs for these kinds. */
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
    ...kinds
      .filter(({ expires }) => expires)
      .map(
        ({ group, plural }): AccessRule => ({
          group,
          resource: plural,
          verbs: ["delete"],
          scope: "watched",
          why: "delete an object some time after its job has finished, where its ttlSecondsAfterFinished says so",
        }),
      ),
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
  readonly watchNamespaces: readonly string[] | undefined;
  /** Undefined: no leader election. */
  readonly leaseNamespace: string | undefined;
  /** How to install the CRDs, as text. */
  readonly installHint: string;
}

/** Missing permissions on one resource. */
export interface AccessGap {
  readonly verbs: readonly string[];
  /** As in `resourceName`. */
  readonly resource: string;
  readonly scope: AccessRule["scope"];
  /** Undefined: all, or cluster-scoped. */
  readonly namespace: string | undefined;
  readonly why: string;
}

export interface CheckedCluster {
  /** Version of the server, e.g. `v1.35.4`. */
  readonly version: string;
  /** What is missing in some of the watched namespaces, one line per namespace; at least one has all permissions. */
  readonly lacking: readonly string[];
}

/**
 * Checks whether the operator can work with this cluster. One watched namespace with all permissions is enough, because
 * a tenant who leaves must not stop the work for the others.
 * @throws StoreError `Unavailable`, `Unauthorized`, `CrdMissing`, or `Forbidden` with all missing permissions
 */
export async function checkCluster(options: ClusterCheckOptions, signal: AbortSignal): Promise<CheckedCluster> {
  const version = await serverVersion(options.api, signal);
  await checkKinds(options, signal);
  const gaps = await accessGaps(options, signal);
  // Key undefined: all namespaces.
  const byNamespace = Map.groupBy(gaps, ({ scope, namespace }) => (scope === "watched" ? namespace : undefined));
  const allLack = options.watchNamespaces?.every((namespace) => byNamespace.has(namespace)) ?? false;
  if (byNamespace.has(undefined) || allLack) throw new StoreError("Forbidden", missing(gaps));
  return { version, lacking: [...byNamespace.values()].map(missing) };
}

function missing(gaps: readonly AccessGap[]): string {
  const words = `RBAC does not allow the operator to ${gapsInWords(gaps)}`;
  return `${words}. Its roles come with the chart (rbac.create) and with manifests/install.yaml`;
}

/** Groups what is missing for the same purpose. */
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

/** @throws StoreError `CrdMissing` with all kinds that the cluster does not serve */
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

/** Needed permissions of `operatorAccess` that are not granted, by a SelfSubjectAccessReview for each verb. */
async function accessGaps(
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
    await Promise.all(Array.from({ length: connectionsForRequests }, ask));
  } finally {
    // After a failure the others stop.
    child.abort(new Error("the check of the permissions has ended"));
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
      // A Namespace counts as in itself, so that a Role in it can allow reading it.
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
