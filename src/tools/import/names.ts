import type { KindName } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import { shortHash } from "../../controllers/fields/fingerprint.ts";

/** Names of objects for resources of AWS, whose names Kubernetes may not allow. Pure. */

/** What names in AWS begin with by default. */
export interface Prefixes {
  readonly namespace: string;
  /** `<cluster>_`; empty: names do not have it. */
  readonly clusterPrefix: string;
}

/** What an object is made for. */
export interface NamedResource {
  readonly kind: KindName;
  readonly region: string;
  /** Unique among those of its kind in the region: of a quota share `queue/share`. */
  readonly awsName: string;
}

/** One text for each resource of an account. */
export function resourceKey({ kind, region, awsName }: NamedResource): string {
  return `${kind} ${region}/${awsName}`;
}

/**
 * The AWS name as Kubernetes allows it: lower case, `-` in place of `_`. Without the prefixes of cluster and namespace, which the
 * operator adds to the name of an object.
 */
export function plainName(wholeName: string, { namespace, clusterPrefix }: Prefixes): string {
  const awsName = nameIn(wholeName);
  const prefix = [`${clusterPrefix}${namespace}_`, `${namespace}_`].find((one) => awsName.startsWith(one)) ?? "";
  const own = awsName.slice(prefix.length);
  const name = kubernetesName(own);
  return name === "" ? kubernetesName(awsName) : name;
}

function kubernetesName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}

export interface Renamed extends NamedResource {
  /** Of its object. */
  readonly name: string;
  /** Why it has not the name that it has in AWS. */
  readonly why: string;
}

export interface ObjectNames {
  /** By `resourceKey`. */
  readonly names: ReadonlyMap<string, string>;
  readonly renamed: readonly Renamed[];
}

/**
 * A name for each resource, unlike those of the others of its kind: objects of one namespace may come from several regions.
 *
 * @param resources in a fixed order: the first of several has the plain name, unless one of them has it in AWS
 * @param fixed names that are not to be chosen, by `resourceKey`: of objects that there are already
 * @param preferred in place of names in AWS that nobody has chosen, by `resourceKey`
 */
export function objectNames(
  resources: readonly NamedResource[],
  prefixes: Prefixes,
  { fixed, preferred }: Record<"fixed" | "preferred", ReadonlyMap<string, string>>,
): ObjectNames {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const renamed: Renamed[] = [];
  const take = (resource: NamedResource, name: string): void => {
    names.set(resourceKey(resource), name);
    taken.add(`${resource.kind} ${name}`);
  };
  for (const resource of resources) {
    const name = fixed.get(resourceKey(resource));
    if (name !== undefined) take(resource, name);
  }
  const open = resources.filter((resource) => !names.has(resourceKey(resource)));
  const isExact = ({ awsName }: NamedResource): boolean => plainName(awsName, prefixes) === nameIn(awsName);
  for (const resource of [...open.filter(isExact), ...open.filter((one) => !isExact(one))]) {
    const { kind, region, awsName } = resource;
    const other = preferred.get(resourceKey(resource));
    const plain = other === undefined ? plainName(awsName, prefixes) : kubernetesName(other);
    const free = (name: string): boolean => !taken.has(`${kind} ${name}`);
    const within = awsName.slice(0, Math.max(0, awsName.lastIndexOf("/")));
    const names = [plain, ...(within === "" ? [] : [`${plain}-${plainName(within, prefixes)}`]), `${plain}-${region}`];
    const name = names.find(free) ?? `${plain}-${shortHash([region, awsName])}`;
    take(resource, name);
    if (name !== plain) renamed.push({ kind, region, awsName, name, why: `another ${kind} is called ${plain}` });
    else if (other !== undefined) {
      renamed.push({ kind, region, awsName, name, why: "its template gives it no name" });
    } else if (!awsName.endsWith(name)) {
      renamed.push({ kind, region, awsName, name, why: "Kubernetes allows only lower case letters, digits and -" });
    }
  }
  return { names, renamed };
}
