import { submissionUnknownForMs } from "../../../../src/controllers/intervals.ts";
import type { RoomLimits } from "../../../../src/runtime/cache-limits.ts";

/** How long the others wait, and how much the operator does for the attacker, at most. `in-time.ts` and `in-bounds.ts` judge by it. */

/** A process leads at the latest 17 s after the one before it has died, and reads what there is; ms. */
export const takeOverMs = 20_000;

/**
 * What takes a few seconds alone is judged by this (s). Where all ten calls a second are used up, each of a dozen calls waits for those of
 * two others, which is 4 s; three passes wait a second each for what is not read yet; and it is judged every five seconds. The longest in 48
 * attacked worlds was 7.6.
 */
const shortest = 12;

/**
 * Within how many seconds of virtual time a change of a tenant is carried out, whatever another one does; a job is submitted.
 * Twice the longest in 60 worlds without the attacker (`node quiet.ts 2000000 60`), as in the comment, but for what is `shortest`.
 * It is judged every five seconds.
 */
export const boundSeconds: Readonly<Record<string, number>> = {
  BatchComputeEnvironment: 102, // 50.6
  JobQueue: 26, // 12.6
  JobDefinition: shortest, // 2.6
  ConsumableResource: shortest, // 1.8
  SchedulingPolicy: shortest, // 3.0
  ServiceEnvironment: 23, // 11.1
  QuotaShare: 33, // 16.5
  BatchJob: shortest, // 0.1
};

/** A process that finds the note of another on a job searches in addition for as long as AWS may show nothing of its request. */
export const doubtSeconds = submissionUnknownForMs / 1000;

/**
 * The same of a deletion, which takes 6.9: it is over when several reads in a row, each in its turn, have shown nothing. The longest in 48
 * attacked worlds was 13.9.
 */
export const deletionSeconds = 20;

/**
 * How many passes of the attacker begin in a controller while an object of another tenant waits for its own, for each of that tenant's:
 * namespaces take turns.
 */
export const passesPerOwn = 1;

/** What is counted for the attacker. */
export interface Counts {
  /** What somebody changed of its objects; each object once more for each process that comes to lead. */
  readonly changes: number;
  /** `changes`, and its objects each minute: what waits is checked again. */
  readonly "changes and objects at a minute": number;
  /** Jobs that have come, gone, been submitted or got other dependencies, in each process that knows them. */
  readonly "changes of its graph of jobs": number;
  readonly passes: number;
  /** In which something of it is named: reads of single resources, searches, writes. */
  readonly "AWS calls": number;
  /** Of these: a count of the jobs of a queue is eight of them. */
  readonly "AWS calls that list jobs": number;
  readonly "steps of the search for circles": number;
}

/** At most `most` of something for each of something else, and `atOnce` in addition. */
export interface WorkBound {
  readonly what: keyof Counts;
  readonly per: keyof Counts;
  readonly most: number;
  readonly atOnce: number;
}

/**
 * What is counted since the beginning of a world. In its own namespace a tenant pays for what it makes: a queue that changes wakes the
 * environments and policies that it names, and a hundred of them name the same. 4.4, 1.7 and 190 were the most in sixty attacked worlds.
 * The calls at once are for ten quota shares that are made, deleted and made again within a minute (seed 9500006494): AWS lists shares
 * without their state, so each is described on its own, and the jobs of their queue are counted twice for each.
 */
export const workBounds: readonly WorkBound[] = [
  { what: "passes", per: "changes and objects at a minute", most: 6, atOnce: 300 },
  { what: "AWS calls", per: "changes and objects at a minute", most: 2.5, atOnce: 390 },
  { what: "AWS calls that list jobs", per: "changes and objects at a minute", most: 1, atOnce: 180 },
  // A circle of 120 jobs with 20 dependencies each is searched again when one of them goes.
  { what: "steps of the search for circles", per: "changes of its graph of jobs", most: 400, atOnce: 10_000 },
];

/** What the caches of a process in these worlds keep: so little that large objects of one tenant do not fit. */
export const limitsOfRoom: RoomLimits = { small: 4 * 1024, total: 1024 * 1024, perNamespace: 256 * 1024 };

/** A stub, or what is small, in bytes of memory; and once more as the answer to the last write. */
export const mostHeldOfOne = 16 * 1024;
