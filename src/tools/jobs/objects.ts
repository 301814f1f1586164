import type { Kind, KubeObject, ObjectKey } from "../../api/object.ts";

/** Objects of the operator's kinds, as a command reads them: in a cluster, or in the directory of `local --simulate`. */
export interface SeenObjects {
  /** That of names without one. */
  readonly namespace: string;
  /** What leads another command to them, e.g. `--kubeconfig`, `FILE`, or `-f`, `DIR`. */
  readonly words: readonly string[];
  /** Undefined: there is none. @throws CommandError if it cannot be read */
  object(kind: Kind, key: ObjectKey): Promise<KubeObject | undefined>;
  /** All of a namespace; undefined: of all namespaces. @throws CommandError if they cannot be read */
  objects(kind: Kind, ofNamespace: string | undefined): Promise<readonly KubeObject[]>;
  close(): Promise<void> | void;
}
