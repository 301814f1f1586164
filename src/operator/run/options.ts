import { InvalidArgumentError } from "commander";
import {
  type LabelSelector,
  LabelSelectorError,
  labelSelector,
  labelSelectorOutline,
} from "../../kube/label-selector.ts";
import type { ListenAddress } from "../../runtime/http-server.ts";
import { formsOfValues, listOf, type OperatorFlags } from "../flags.ts";

/** Values of the flags of `run`. */
export interface RunFlags extends OperatorFlags {
  readonly kubeconfig?: string;
  readonly watchNamespace?: readonly string[];
  readonly shardSelector?: LabelSelector;
  readonly eventsQueue?: readonly string[];
  readonly metricsAddress: ListenAddress;
  readonly metricsTlsDirectory?: string;
  readonly metricsClientCa?: string;
  readonly healthAddress: ListenAddress;
  readonly leaderElect: boolean;
  readonly leaseNamespace?: string;
}

/** Labels of the objects that this process reconciles. */
export function shardSelector(text: string): LabelSelector {
  try {
    return labelSelector(text);
  } catch (error) {
    if (error instanceof LabelSelectorError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

/** The forms of values, with those of the flags that only `run` has. */
export const formsOfRunValues: ReadonlyMap<unknown, RegExp> = new Map([
  ...formsOfValues,
  [shardSelector, labelSelectorOutline],
]);

/** `host:port`, `[v6]:port`, or `:port` for all addresses of this machine. Port 0 is any free one. */
export function listenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw new InvalidArgumentError("Expected an address, such as :8080, 127.0.0.1:8080 or [::1]:8080.");
  }
  const host = match[1] ?? match[2];
  return host === undefined || host === "" ? { port } : { host, port };
}

/** Names of namespaces, at least one: an empty list is a mistake. */
export function namespaceNames(text: string, previous: readonly string[] | undefined): readonly string[] {
  const names = listOf(text, previous).map(namespaceName);
  if (names.length === 0) throw new InvalidArgumentError("Expected the name of a namespace.");
  return names;
}

/** The name of a namespace. */
export function namespaceName(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is not the name of a namespace.`);
  }
  return text;
}
