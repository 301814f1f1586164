import type { OperatorFlags } from "../flags.ts";
import { CommandError } from "../io.ts";
import type { Goal } from "./goal.ts";

/** The flags of `local` as they were given. */
export interface LocalFlags extends OperatorFlags {
  readonly filename?: string;
  readonly simulate?: boolean;
  readonly speed?: number;
  readonly until?: Goal;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly prune?: boolean;
  readonly delete?: boolean;
  readonly output?: "table" | "json";
}

/** What they mean together. */
export interface LocalOptions {
  readonly directory: string;
  readonly simulate: boolean;
  readonly speed: number;
  readonly until: Goal | undefined;
  readonly timeoutMs: number | undefined;
  readonly prune: boolean;
  readonly deleteAll: boolean;
  readonly output: "table" | "json";
  readonly clusterName: string;
}

/** @throws CommandError when flags do not go together */
export function localOptions(flags: LocalFlags): LocalOptions {
  const { filename: directory, simulate = false, speed, clusterName, timeout, output = "table" } = flags;
  const deleteAll = flags.delete ?? false;
  const until = flags.until ?? (deleteAll ? "absent" : undefined);
  if (directory === undefined) throw new CommandError("-f DIR is missing: the directory of the manifests");
  if (speed !== undefined && !simulate) throw new CommandError("--speed needs --simulate: AWS cannot be hurried");
  if (deleteAll && until === "ready") throw new CommandError("--delete goes with --until absent, not ready");
  if (until === "absent" && !deleteAll) throw new CommandError("--until absent needs --delete");
  if (timeout !== undefined && until === undefined) throw new CommandError("--timeout needs --until");
  if (!simulate && clusterName === undefined) {
    throw new CommandError(
      "--cluster-name is missing: AWS objects are known as ours by it, so choose one that nobody else uses in this account; or try it out with --simulate",
    );
  }
  return {
    directory,
    simulate,
    speed: speed ?? 1,
    until,
    timeoutMs: timeout,
    // A simulated account is nobody's production.
    prune: (flags.prune ?? false) || simulate,
    deleteAll,
    output,
    clusterName: clusterName ?? "local",
  };
}
