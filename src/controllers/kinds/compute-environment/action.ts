import type {
  CreateComputeEnvironmentRequest,
  CreateJobQueueRequest,
  Environment,
  SubmitJobRequest,
  UpdateComputeEnvironmentRequest,
  UpdateJobQueueRequest,
} from "../../../aws/batch.ts";
import type { TagChange } from "../../../aws/region.ts";

/** An update that requests fresh instances, and the values of its tag before and after it. */
export interface Rollout {
  readonly token: string;
  /** The value of the tag to write first; undefined: it is there. */
  readonly ask: string | undefined;
}

/** The writes of the compute-environment controller. */
export type Action =
  | { readonly kind: "create"; readonly request: CreateComputeEnvironmentRequest }
  | {
      readonly kind: "update";
      readonly name: string;
      readonly arn: string;
      readonly request: UpdateComputeEnvironmentRequest;
      /** Fresh instances; a tag records the request before and after. */
      readonly rollout: Rollout | undefined;
      readonly paths: readonly string[];
    }
  | { readonly kind: "tag"; readonly purpose: TagPurpose; readonly items: readonly TagItem[] }
  | { readonly kind: "enable"; readonly name: string; readonly request: UpdateComputeEnvironmentRequest }
  /** Changes nothing: AWS checks an INVALID environment again when it is updated. */
  | { readonly kind: "revalidate"; readonly name: string; readonly request: UpdateComputeEnvironmentRequest }
  | { readonly kind: "disable"; readonly name: string; readonly request: UpdateComputeEnvironmentRequest }
  | { readonly kind: "terminateJobs"; readonly name: string; readonly jobIds: readonly string[] }
  | { readonly kind: "delete"; readonly name: string }
  /** For the verification of the environment `name`. */
  | { readonly kind: "verification"; readonly name: string; readonly call: VerificationCall }
  | { readonly kind: "repointForeign"; readonly queue: string; readonly request: UpdateJobQueueRequest };

/** A write to the operator's own queue of an environment, or to a job in it. */
export type VerificationCall =
  | { readonly kind: "createQueue"; readonly request: CreateJobQueueRequest }
  | { readonly kind: "submitJob"; readonly request: SubmitJobRequest }
  | { readonly kind: "endJobs"; readonly jobIds: readonly string[]; readonly reason: string }
  | { readonly kind: "disableQueue"; readonly request: UpdateJobQueueRequest }
  | { readonly kind: "deleteQueue"; readonly queue: string };

/**
 * The name of an action on which only later steps of the same environment or queue depend; undefined: all later steps
 * depend on it. Each try has the same name.
 */
export function independentName(action: Action): string | undefined {
  switch (action.kind) {
    case "repointForeign":
      return `${action.kind} ${action.queue}`;
    case "verification":
      return `${action.call.kind} ${action.name}`;
    case "revalidate":
    case "disable":
    case "terminateJobs":
    case "delete":
      return `${action.kind} ${action.name}`;
    case "update":
      return disablesOnly(action) ? `disabling ${action.name}` : undefined;
    case "tag":
      return ["retire", "inUse", "serving", "adoptedServing"].includes(action.purpose)
        ? `${action.purpose} ${action.items.map(({ name }) => name).join(" ")}`
        : undefined;
    default:
      return undefined;
  }
}

/** Other steps of the environment wait for it, steps of its roles, endpoints and group do not. */
function disablesOnly({ request, paths }: Extract<Action, { kind: "update" }>): boolean {
  return request.state === "DISABLED" && paths.every((path) => path === "spec.state");
}

export interface TagItem {
  readonly name: string;
  readonly arn: string;
  readonly change: TagChange;
}

export type TagPurpose =
  | "adopt"
  | "takeOver"
  | "userTags"
  | "rollout"
  | "serving"
  /** Notes since when what was adopted has served its queues: nothing was switched. */
  | "adoptedServing"
  | "retire"
  /** Takes the mark of retirement off what a queue names. */
  | "inUse"
  | "revive"
  | "returned"
  | "verified"
  | "verificationFailed"
  /** The failure that another environment has, or that is noted elsewhere. */
  | "verificationNoted"
  | "retain";

/** A tag write on one environment. */
export function tagOne(
  purpose: TagPurpose,
  environment: Environment,
  set: Readonly<Record<string, string>>,
  remove: readonly string[] = [],
): Action {
  const { computeEnvironmentName: name, computeEnvironmentArn: arn } = environment;
  return { kind: "tag", purpose, items: [{ name, arn, change: { set, remove } }] };
}
