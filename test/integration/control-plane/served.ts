import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { type Cluster, messageOf } from "./cluster.ts";
import { listed, until } from "./wait.ts";

/** Until the API server has objects of each kind, and says so to kubectl: both come a moment after the definitions. */
export async function untilServed(cluster: Cluster): Promise<void> {
  for (const { group, version, plural } of kinds) {
    const isServed = async (): Promise<true | string> => {
      const objects = await cluster.request("GET", `/apis/${group}/${version}/${plural}`);
      if (objects.status !== 200) return `${objects.status} ${messageOf(objects.body)}`;
      const { resources = [] } = (await cluster.request("GET", `/apis/${group}/${version}`)).body as Discovered;
      const names = resources.map(({ name }) => name);
      return names.includes(plural) || listed(names);
    };
    await until(isServed, `${plural} to be served`);
  }
}

interface Discovered {
  readonly resources?: readonly { readonly name: string }[];
}
