import type { OperatorFlags } from "../../operator/flags.ts";
import { refuse } from "../../operator/io.ts";
import type { Goal } from "./goal.ts";
import { defaultClusterName } from "./state.ts";

/** Values of the flags of `local`. */
export interface LocalFlags extends OperatorFlags {
  readonly filename?: string;
  readonly eventsQueue?: readonly string[];
  readonly simulate?: boolean;
  readonly speed?: number;
  readonly fresh?: boolean;
  readonly until?: Goal;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly prune?: boolean;
  readonly delete?: boolean;
  readonly output?: "table" | "json";
}

/** The resulting options. */
export interface LocalOptions {
  readonly directory: string;
  readonly simulate: boolean;
  readonly speed: number;
  /** Whether the state of an earlier run is forgotten. */
  readonly fresh: boolean;
  readonly until: Goal | undefined;
  readonly timeoutMs: number | undefined;
  readonly prune: boolean;
  readonly deleteAll: boolean;
  readonly output: "table" | "json";
  readonly clusterName: string;
  /** Undefined: that of the SDK's configuration, or of the simulation. */
  readonly region: string | undefined;
}

/** @throws CommandError if flags contradict each other */
export function localOptions(flags: LocalFlags): LocalOptions {
  const {
    filename: directory = "",
    simulate = false,
    speed,
    fresh = false,
    prune = false,
    clusterName,
    timeout,
    output = "table",
  } = flags;
  const deleteAll = flags.delete ?? false;
  const until = flags.until ?? (deleteAll ? "absent" : undefined);
  refuse([
    directory === "" && "-f DIR is missing: give the directory of the manifests",
    speed !== undefined && !simulate && "--speed needs --simulate, because the speed of AWS is fixed",
    fresh && !simulate && "--fresh needs --simulate: what is in AWS is not forgotten",
    deleteAll && until === "ready" && "--delete needs --until absent, not ready",
    until === "absent" && !deleteAll && "--until absent needs --delete",
    timeout !== undefined && until === undefined && "--timeout needs --until",
    !simulate &&
      clusterName === undefined &&
      "--cluster-name is missing: it identifies the operator's AWS resources, so choose one that nobody else uses in this account; or try it with --simulate",
  ]);
  return {
    directory,
    simulate,
    speed: speed ?? 1,
    fresh,
    until,
    timeoutMs: timeout,
    prune,
    deleteAll,
    output,
    clusterName: clusterName ?? defaultClusterName,
    region: flags.region,
  };
}
