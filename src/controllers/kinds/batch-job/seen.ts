import type { JobRecord } from "../../../aws/job-record.ts";
import type { NamedJob } from "../../../aws/jobs-of-objects.ts";
import type { Location } from "../../../aws/names.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { Directives } from "../../pass/directives.ts";
import type { Settings } from "../../ports.ts";
import type { Circle } from "./circles.ts";
import type { HeldConsumables } from "./consumables.ts";
import type { Intent } from "./intent.ts";
import type { QueueSays } from "./queue-says.ts";
import type { Resolution } from "./references.ts";
import type { Result } from "./result.ts";

/** Everything that the plan of a job is computed from. */
export interface Seen {
  readonly identity: Identity;
  readonly directives: Directives;
  readonly settings: Settings;
  /** Of this process, by which it knows its own notes. */
  readonly processId: string;
  /** Wall time (ms) of the observation. */
  readonly observedAt: number;
  /** Where the job is. */
  readonly place: Pick<Location, "region" | "partition">;
  /** Its name in AWS. */
  readonly jobName: string;
  /** What the status keeps: from then on AWS is not asked. */
  readonly recorded: Result | undefined;
  readonly job: JobSeen;
  /** Names to submit it with; only while there is no job. */
  readonly queue: Resolution;
  readonly definition: Resolution;
  readonly consumables: HeldConsumables;
  readonly dependencies: readonly DependencySeen[];
  /** Of the jobs that the spec names by their IDs; undefined: nothing, or nothing else is left to wait for yet. */
  readonly namedJobHold: NamedJobHold | undefined;
}

/** A job that a spec names by its ID keeps it from being submitted. */
export type NamedJobHold =
  /** It is a job of somebody else. */
  | { readonly kind: "notOurs"; readonly jobId: string }
  /** AWS does not show it, so it is unknown whose it is; `checkInMs`: when AWS is asked again. */
  | { readonly kind: "unseen"; readonly jobId: string; readonly checkInMs: number };

/** The job of the object in AWS. */
export type JobSeen =
  | {
      readonly kind: "known";
      readonly jobId: string;
      /** Whether the status names it. */
      readonly isReported: boolean;
      /** As SubmitJob answered, and the name of the queue that it was sent; undefined: not known by this process. */
      readonly jobArn: string | undefined;
      readonly queue: string | undefined;
      /** Undefined: AWS has not shown it yet. */
      readonly record: JobRecord | undefined;
      /** What its queue says of it while it is the first one there; undefined: nothing. */
      readonly queueSays: QueueSays | undefined;
      /** When the request of this process for it ended, ms ago; undefined: another process sent it. */
      readonly submittedMsAgo: number | undefined;
      /** Since how long no answer shows it, ms; undefined: AWS shows it, or was not asked yet. */
      readonly missingForMs: number | undefined;
      /** Wall time (ms) before which it was not submitted. */
      readonly notBefore: number;
      /** When this process last asked AWS to end which job, ms ago. */
      readonly endedMsAgo: Readonly<Record<string, number>>;
      /** When this process last wrote its tags, ms ago. */
      readonly taggedMsAgo: number | undefined;
      /** Further jobs of its name, which only lost answers explain; oldest first. */
      readonly duplicates: readonly NamedJob[];
      /** Whether an earlier request may still show up, or the status names a second job. */
      readonly mayHaveDuplicates: boolean;
      /** The indices of the children of an array that failed, once it has ended. */
      readonly failedChildren: readonly number[];
      /** AWS counts more children that failed, and may list them within seconds. */
      readonly listsMore: boolean;
    }
  /** No request was sent: nothing is noted, or this process has noted it and not used it yet. */
  | { readonly kind: "none"; readonly intent: Intent | undefined }
  /** A request was sent, or another process may have sent one, and AWS has shown none for long enough. */
  | { readonly kind: "notFound"; readonly attempts: number }
  /** As `notFound`, so long ago that AWS may have forgotten it. */
  | { readonly kind: "forgotten"; readonly since: number }
  /** As `notFound`, and AWS no longer has the queue of that name, whose jobs it has ended. */
  | { readonly kind: "queueGone"; readonly since: number; readonly queue: string }
  /** A request was sent, or may have been: AWS is asked again then. */
  | { readonly kind: "unknown"; readonly searchInMs: number }
  /** … and something hinders that. */
  | { readonly kind: "unknown"; readonly hindrance: string };

type DependencyType = "N_TO_N" | "SEQUENTIAL" | undefined;

/** A dependency on another object. */
export type DependencySeen =
  /** In AWS, or a rule about the job's own children: as SubmitJob takes it. */
  | { readonly kind: "id"; readonly jobId: string | undefined; readonly type: DependencyType }
  | { readonly kind: "satisfied" }
  | { readonly kind: "failed"; readonly name: string; readonly why: string }
  /** How it ended, nobody knows any more. */
  | { readonly kind: "unknown"; readonly name: string }
  /** Submitted so long ago that AWS may have forgotten it, and AWS does not show it now. */
  | { readonly kind: "notShown"; readonly name: string; readonly jobId: string; readonly type: DependencyType }
  | { readonly kind: "missing"; readonly name: string }
  | { readonly kind: "waiting"; readonly name: string }
  /** The jobs depend on each other. */
  | { readonly kind: "cycle"; readonly circle: Circle };
