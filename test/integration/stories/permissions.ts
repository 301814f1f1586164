import { readFile } from "node:fs/promises";
import { loadAll } from "js-yaml";
import type { AuditEvent } from "../control-plane/audit.ts";
import { installManifest, operatorName } from "./installed.ts";

/** One verb on one resource. */
export interface Permission {
  readonly verb: string;
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  /** Undefined: every object. */
  readonly name: string | undefined;
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** What the roles of the operator in manifests/install.yaml allow, one by one. */
export async function grantedPermissions(): Promise<readonly Permission[]> {
  const documents = loadAll(await readFile(installManifest, "utf8")) as (Role | null)[];
  const roles = documents.filter(
    (one): one is Role => one !== null && /^(Cluster)?Role$/.test(one.kind) && one.metadata.name === operatorName,
  );
  return roles.flatMap(({ rules }) =>
    rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) => (resourceNames ?? [undefined]).map((name) => ({ verb, group, resource, name }))),
        ),
      ),
    ),
  );
}

/** Whether this permission covers the request. */
export function allows(
  { verb, group, resource, name }: Permission,
  { verb: asked, objectRef = {} }: AuditEvent,
): boolean {
  const { apiGroup = "", resource: plural = "", subresource } = objectRef;
  const whole = subresource === undefined ? plural : `${plural}/${subresource}`;
  return verb === asked && group === apiGroup && resource === whole && (name === undefined || name === objectRef.name);
}

export function textOf({ verb, group, resource, name = "*" }: Permission): string {
  return `${verb} ${group}/${resource} ${name}`;
}
