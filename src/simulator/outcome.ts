/** How jobs go, where somebody plans it. */

/** How one attempt of a job goes. What is left out follows from the command of the job. */
export interface AttemptCourse {
  /** From RUNNING to its end; `Infinity`: until somebody ends it. */
  readonly durationMs?: number;
  readonly exitCode?: number;
  /** Of the container, e.g. `OutOfMemoryError: Container killed due to memory usage`. */
  readonly reason?: string;
  /** Of the attempt; default: AWS's words for how it ends. */
  readonly statusReason?: string;
  /**
   * `Exit` (default): the container exits. `InstanceLost`: EC2 takes the instance away, after `durationMs`. `NotStarted`:
   * the container does not start, e.g. because its image cannot be pulled.
   */
  readonly end?: "Exit" | "InstanceLost" | "NotStarted";
  /** What the container prints when it starts; default: what its `echo` prints. */
  readonly log?: readonly string[];
}

/** How the jobs go that are submitted from now on and match. */
export interface PlannedOutcome {
  /** Name of the job; `*` at its end matches any rest. */
  readonly job: string;
  /** Of an array: only these children. */
  readonly indices?: readonly number[];
  /** One for each attempt; the last one also for all later ones. */
  readonly attempts: readonly AttemptCourse[];
}
