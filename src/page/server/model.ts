/** What the page shows, as plain data: the server composes it, the page renders it, tests read it. */

/**
 * State of an object as kstatus computes it, and two states that say who must act: `AwaitingApproval` of what kstatus calls
 * InProgress or Current, and `CannotRunJobs` of what is Current, though a condition reports that its jobs cannot run.
 */
export type State =
  | "Failed"
  | "AwaitingApproval"
  | "CannotRunJobs"
  | "InProgress"
  | "Unknown"
  | "Terminating"
  | "Current";

/** What a person has to check first comes first. */
export const allStates: readonly State[] = [
  "Failed",
  "AwaitingApproval",
  "CannotRunJobs",
  "InProgress",
  "Unknown",
  "Terminating",
  "Current",
];

/** Only a person ends these. */
export const statesForPersons: readonly State[] = ["Failed", "AwaitingApproval", "CannotRunJobs"];

/** Where the objects and AWS come from. */
export interface About {
  /** Of the objects: a directory or a cluster. */
  readonly source: string;
  /** e.g. `simulated AWS`, `AWS account 123456789012`; undefined: AWS is not read. */
  readonly aws: string | undefined;
  /** How many times faster than real time AWS and the operator run. */
  readonly speed: number;
  /** Objects are in a cluster, and a person changes them with kubectl; otherwise by the manifests in the directory. */
  readonly hasKubectl: boolean;
}

/** Everything on the page that changes. */
export interface Snapshot {
  /** What cannot be read, one sentence each. */
  readonly problems: readonly string[];
  /** By `id`. */
  readonly items: Readonly<Record<string, Item>>;
}

/** An object. */
export interface Item {
  /** `Kind/namespace/name`. */
  readonly id: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly state: State;
  /** Reason and message of Ready. */
  readonly reason: string;
  readonly message: string;
  /** Conditions in addition to Ready that report a problem. */
  readonly warnings: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
  /** Name in AWS, once it is known. */
  readonly awsName?: string | undefined;
  /** In a few words: type, priority, revision, quantity. */
  readonly facts: readonly string[];
  readonly references: readonly Referenced[];
  /** The environments of the object in AWS: the serving one first. */
  readonly environments: readonly Part[];
  /** Unfinished jobs of a queue. */
  readonly jobs?: Jobs | undefined;
  /** Present while an environment is created or replaced. */
  readonly replacement?: Replacement | undefined;
}

/** A reference of an object to another one, or to a resource in AWS. */
export interface Referenced {
  /** Kind of what it leads to. */
  readonly kind: string;
  /** The item; undefined: a resource in AWS without an object. */
  readonly id?: string | undefined;
  /** `name`, `namespace/name` in another namespace, or the name in AWS. */
  readonly label: string;
  /** Whether the object exists, or the resource is one of AWS. */
  readonly exists: boolean;
  /** What it is to the object, e.g. `holds`; undefined: the drawing has a line to it, or it says nothing of what it is. */
  readonly use?: string | undefined;
}

/** An environment in AWS that belongs to an object. */
export interface Part {
  readonly name: string;
  /** `new`: nothing serves yet. */
  readonly role: "serving" | "new" | "successor" | "predecessor";
  /** Step of the removal of a predecessor, e.g. `Draining`. */
  readonly step?: string | undefined;
  /** As AWS describes it; undefined: not read, or gone. */
  readonly state?: string | undefined;
  readonly status?: string | undefined;
  /** Current target of AWS's scaler, and the limit. */
  readonly desiredvCpus?: number | undefined;
  readonly maxvCpus?: number | undefined;
}

/** Unfinished jobs of a queue by state; `+` after a number: there are more. */
export interface Jobs {
  readonly counts: readonly { readonly status: string; readonly count: string }[];
  /** RFC 3339. */
  readonly readAt: string;
}

export type StepState = "done" | "current" | "held" | "failed" | "open";

/** One step of a replacement. */
export interface Step {
  readonly title: string;
  readonly state: StepState;
  /** When it ended, or of the current one since when it is; RFC 3339. */
  readonly at?: string | undefined;
  /** What happens or happened; for the current step what it waits for. */
  readonly text?: string | undefined;
}

/** The way of an environment to its present generation, or its removal. */
export interface Replacement {
  /** e.g. `replaces default_story-02f4205e`. */
  readonly summary: string;
  /** Nothing is replaced: the object has its first environment. */
  readonly isFirst: boolean;
  readonly steps: readonly Step[];
  /** What a person does to let the held step continue. */
  readonly approval?: Approval | undefined;
}

export interface Approval {
  /** What the person approves. */
  readonly what: string;
  /** A command of kubectl, or the annotation for the manifest. */
  readonly text: string;
  readonly isCommand: boolean;
}

/** An open object, with everything that is known of it. */
export interface Details {
  readonly id: string;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly lastTransitionTime: string;
  }[];
  /** Labels with values, e.g. `ARN`. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly plan?: Plan | undefined;
  /** ID of the job in AWS of a BatchJob. */
  readonly jobId?: string | undefined;
  /** The objects that reference it. */
  readonly referencedBy: readonly { readonly id: string; readonly label: string }[];
  readonly events: Events;
  /** What the events say of replacements, newest first. */
  readonly past: readonly PastReplacement[];
}

/** A creation or replacement that events report. */
export interface PastReplacement {
  /** e.g. `default_story-8c48db6c replaced default_story-02f4205e`. */
  readonly summary: string;
  /** Nothing was replaced. */
  readonly isFirst: boolean;
  readonly steps: readonly Step[];
}

export interface PastOfObject extends PastReplacement {
  /** ID of the object, which may be gone. */
  readonly of: string;
}

/** The past replacements of all environments, newest first. */
export interface PastList {
  readonly replacements: readonly PastOfObject[];
  /** How many older ones the list leaves out. */
  readonly more: number;
}

export interface Events {
  /** Newest first. */
  readonly lines: readonly EventLine[];
  /** Why they cannot be read. */
  readonly problem?: string | undefined;
}

export interface Plan {
  readonly action: string;
  readonly reason: string;
  readonly changes: readonly { readonly path: string; readonly kind: string; readonly reason: string }[];
}

export interface EventLine {
  /** RFC 3339. */
  readonly at: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly count: number;
}

/** What a page that has the last snapshot needs for the next one. */
export interface Change {
  readonly problems: readonly string[];
  /** New and changed items. */
  readonly items: readonly Item[];
  /** IDs of items that are gone. */
  readonly gone: readonly string[];
}

/** The first message of a stream. */
export interface Beginning {
  readonly about: About;
  readonly snapshot: Snapshot;
}

/** A server-sent event. The streams of the page, and of one open object; null: the object does not exist. */
export type Message =
  | { readonly event: "begin"; readonly data: Beginning }
  | { readonly event: "change"; readonly data: Change }
  | { readonly event: "details"; readonly data: Details | null };

export type NetworkState = "Reachable" | "Unreachable" | "Unknown";

/** Whether the instances of an environment reach what they need. */
export interface NetworkPicture {
  readonly state: NetworkState;
  readonly subnets: readonly {
    readonly subnetId: string;
    readonly zone: string | undefined;
    readonly state: NetworkState;
    readonly ways: readonly NetworkWay[];
  }[];
  /** The most severe first. */
  readonly findings: readonly {
    readonly state: "Unreachable" | "Unknown";
    readonly cause: string;
    readonly message: string;
    /** What it keeps from happening. */
    readonly prevents: string;
    readonly subnetIds: readonly string[];
    readonly services: readonly string[];
    /** In the imperative; each is enough. */
    readonly fixes: readonly string[];
  }[];
}

/** The way of a subnet's traffic to services that share it. */
export interface NetworkWay {
  readonly services: readonly string[];
  readonly hops: readonly { readonly kind: string; readonly id: string; readonly detail: string }[];
  readonly end:
    | { readonly kind: "reached"; readonly assumed: readonly string[] }
    | { readonly kind: "stopped" | "unknown"; readonly cause: string; readonly message: string };
}

/** A job in a list; moments are RFC 3339. */
export interface JobLine {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly createdAt: string | undefined;
  readonly startedAt: string | undefined;
  readonly stoppedAt: string | undefined;
  /** Number of children of an array job. */
  readonly children: number | undefined;
}

/** Jobs of a queue in one state. */
export interface JobList {
  readonly jobs: readonly JobLine[];
  /** There are more than these. */
  readonly more: boolean;
}

export interface JobDescription extends JobLine {
  /** `name:revision`. */
  readonly definition: string;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  readonly logStream: string | undefined;
  readonly dependsOn: readonly string[];
  /** Number of nodes of a multi-node job. */
  readonly nodes: number | undefined;
  /** Number of the latest attempt that has begun to run; 0: none has. */
  readonly latestAttempt: number;
  /** Oldest first: those that have ended. */
  readonly attempts: readonly {
    readonly startedAt: string | undefined;
    readonly stoppedAt: string | undefined;
    readonly exitCode: number | undefined;
    readonly reason: string | undefined;
    readonly logStream: string | undefined;
  }[];
}

/** The last lines that an attempt of a job printed. */
export interface JobLog {
  /** Oldest first; `at` is RFC 3339 or empty, `container` the name of one in a task of several. */
  readonly lines: readonly { readonly at: string; readonly container: string | undefined; readonly text: string }[];
  /** There are older ones than these. */
  readonly more: boolean;
}

/** Why the first job of a queue does not start. */
export interface QueueDiagnosis {
  readonly headline: string;
  readonly healthy: boolean;
  readonly firstJob: string | undefined;
  readonly findings: readonly { readonly code: string; readonly sentence: string; readonly fix: string }[];
}

/** States of jobs, in the order of their life. */
export const jobStatuses = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"] as const;

export type JobStatus = (typeof jobStatuses)[number];

/** The answer to a question about one object; the page asks when a person opens it. */
export type Answer<Data> = { readonly data: Data } | { readonly problem: string };
