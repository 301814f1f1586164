import type { Kind } from "../../src/api/object.ts";
import { type AccessRule, leaseName, operatorAccess } from "../../src/kube/access.ts";
import { operatorNamespace as namespace, operatorName } from "../../src/kube/installation.ts";
import { type Manifest, nameLabel } from "./manifest.ts";

/** Roles generated from `operatorAccess`: exactly these verbs. */

/** One rule of a Role (rbac.authorization.k8s.io/v1), and its reason. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  /** Written as a comment. */
  readonly why: string;
}

type Scope = AccessRule["scope"];

/** The rules of these scopes; kinds of one group with the same verbs share a rule. */
export function policyRules(kinds: readonly Kind[], scopes: readonly Scope[]): readonly PolicyRule[] {
  const rules = new Map<string, PolicyRule>();
  for (const access of operatorAccess(kinds)) {
    if (!scopes.includes(access.scope)) continue;
    const rule = policyRule(access);
    const key = JSON.stringify([rule.apiGroups, rule.resourceNames, rule.verbs, rule.why]);
    const before = rules.get(key);
    rules.set(key, before === undefined ? rule : { ...rule, resources: [...before.resources, ...rule.resources] });
  }
  return [...rules.values()];
}

function policyRule({ group, resource, subresource, name, verbs, why }: AccessRule): PolicyRule {
  return {
    apiGroups: [group],
    resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
    ...(name === undefined ? {} : { resourceNames: [name] }),
    verbs,
    why,
  };
}

/** Roles, bindings, and the permission to read the kinds for people who may view a namespace. */
export function rbacManifests(kinds: readonly Kind[]): readonly Manifest[] {
  const metadata = { name: operatorName, labels: nameLabel };
  const subjects = [{ kind: "ServiceAccount", name: operatorName, namespace }];
  const roleRef = (role: "ClusterRole" | "Role") => ({
    apiGroup: "rbac.authorization.k8s.io",
    kind: role,
    name: operatorName,
  });
  return [
    {
      comment: "Permissions in every namespace. The operator reads no Secrets and no ConfigMaps.",
      value: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata,
        rules: policyRules(kinds, ["watched", "cluster"]),
      },
    },
    {
      value: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata,
        roleRef: roleRef("ClusterRole"),
        subjects,
      },
    },
    {
      comment: `Permissions in its own namespace: the Lease ${leaseName} of the leader election.`,
      value: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { ...metadata, namespace },
        rules: policyRules(kinds, ["lease"]),
      },
    },
    {
      value: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { ...metadata, namespace },
        roleRef: roleRef("Role"),
        subjects,
      },
    },
    {
      comment:
        "Permissions to read the kinds for people who may view, edit or administer a namespace. Only cluster administrators write them, until you bind a role of your own (docs/security.md).",
      value: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: {
          name: `${operatorName}-view`,
          labels: { ...nameLabel, "rbac.authorization.k8s.io/aggregate-to-view": "true" },
        },
        rules: [
          {
            apiGroups: [...new Set(kinds.map(({ group }) => group))],
            resources: kinds.map(({ plural }) => plural),
            verbs: ["get", "list", "watch"],
          },
        ],
      },
    },
  ];
}
