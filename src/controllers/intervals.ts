/** All durations that decisions wait for or compare with, each named by what it waits for. Pure. */

import { longestCallMs } from "../aws/calls.ts";
import { stalenessMs, stalestMs } from "../aws/effects.ts";

const secondMs = 1000;
export const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

// When to check what nothing wakes the object for.

/** An answer that is under way, or a write of ours that AWS shows within seconds. */
export const settleCheckMs = secondMs;
/** An answer that did not come within `answerSoonForMs`. */
export const lateAnswerCheckMs = 10 * secondMs;
export const answerSoonForMs = 10 * secondMs;
/** A read that failed, or that may be from before a write: most succeed the next time. */
export const rereadCheckMs = 2 * secondMs;
/** A count of jobs that is not complete after one pass takes minutes. */
export const countingCheckMs = 5 * secondMs;
/** Jobs that could not be counted; nothing is removed before. */
export const uncountedCheckMs = 10 * secondMs;
/** Another object that still holds a name or a role: the end of its deletion wakes no other object. */
export const othersCheckMs = 10 * secondMs;
/** EC2 creates and deletes endpoints within a minute or two. */
export const endpointsCheckMs = 5 * secondMs;
/** EC2 frees the network interfaces of a group within minutes of their instances. */
export const groupUsersCheckMs = 15 * secondMs;
/** Another replacement, or the first job on a new environment: it ends the soak. */
export const replacementCheckMs = 30 * secondMs;
/** The job that verifies an environment: nothing follows it but the pass that waits for it. */
export const verificationCheckMs = 15 * secondMs;
/** Jobs that end. */
export const drainCheckMs = minuteMs;
/** What no watch reports: another object's edit, a namespace's annotation, a quota, what a person corrects in AWS. */
export const unwatchedCheckMs = minuteMs;
/** What AWS could not be read for: it may be over. */
export const unreadCheckMs = minuteMs;
/** Changes outside Kubernetes to what lies in a network; job definitions that need other endpoints. */
export const restCheckMs = 10 * minuteMs;
/** … of roles: IAM allows few calls, and an account has many roles. */
export const rolesRestMs = 30 * minuteMs;
/** A farther date would overflow a timer. */
export const farthestCheckMs = 24 * hourMs;
/** A check sooner than this would find nothing new. */
export const soonestCheckMs = secondMs;

// When AWS is asked again for what it refused, or did without success.

/** What need not wait for an act that AWS refused. */
export const insteadMs = secondMs;
/** What AWS refuses until it has noticed something; after a minute a tenth of the wait so far. */
export const laggingRetryMs = 5 * secondMs;
/** What may be over soon. */
export const passingRetryMs = minuteMs;
/** What AWS refused for a cause that a person, another object or a repaired role may have ended. */
export const refusedRetryMs = 5 * minuteMs;
/** Waits that grow end here: a person may be watching. */
export const slowestRetryMs = 10 * minuteMs;
/**
 * When to check what makes no progress: after a part of the wait so far, by default a tenth of it, so that the wait is
 * never much longer than what it is for.
 *
 * @param waitedMs NaN: it is not known
 */
export function laterMs(waitedMs: number, soonestMs: number, part = 0.1): number {
  const partMs = Number.isNaN(waitedMs) ? 0 : waitedMs * part;
  return Math.max(soonestMs, Math.min(slowestRetryMs, partMs));
}
/** Jobs that are being terminated. */
export const terminateAgainMs = minuteMs;
/** A job that another one names by its ID, and that AWS did not show: it may show one late that was just submitted. */
export const namedJobAgainMs = 15 * secondMs;
/** A job of which it is unknown whether AWS has it, by its name. */
export const searchAgainMs = 5 * secondMs;
/** A job that AWS does not show, although it has accepted it. */
export const missingCheckMs = 2 * minuteMs;
/** … for so long that it is not waited for any more, once its object is deleted. */
export const lostAfterMs = 15 * minuteMs;
/** The job that is the next one to be submitted lets the others pass. */
export const turnMs = minuteMs;
/** A second job of one object, after a request whose answer was lost. */
export const duplicatesCheckMs = 30 * secondMs;
/** A check by AWS, or another attempt, of what stays INVALID. */
export const invalidEveryMs = 30 * minuteMs;
/** Another environment, where earlier ones differed from the spec all the same. */
export const creationEveryMs = hourMs;
/** An act that AWS has refused: the others go before it. */
export const othersGoFirstMs = 10 * minuteMs;
/** A replacement that is verified counts among those that run at once for so long. */
export const verifyingCountsMs = 15 * minuteMs;
/** An environment on which the job of its verification failed is kept for so long, for diagnosis. */
export const verificationKeptMs = hourMs;
/** A note of a submission is used: an older one is written again, so that its time says when the request was sent. */
export const noteUsedForMs = hourMs;
/** Longer than the longest wait before a refused act is tried again. */
export const refusalKeptForMs = hourMs;

// How long AWS takes.

/** A job that AWS accepted is in its lists: a minute after the longest call. */
export const submissionUnknownForMs = minuteMs + longestCallMs;
/** … for sure: after that, nobody searches for a second one any more. */
export const duplicatesForMs = 15 * minuteMs;
/** AWS keeps jobs for seven days after their end. */
export const forgottenAfterMs = 6.5 * 24 * hourMs;
/** A write shows in reads. */
export const shownWithinMs = stalenessMs;
/** … where an earlier answer would do harm. */
export const shownForSureMs = stalestMs;
/** What AWS gives out of a consumable follows a write, by its documentation. */
export const availabilityShownWithinMs = 30 * secondMs;
/** The first read that is sure to show a write. */
export const shownCheckMs = stalenessMs + secondMs;
/** A new role, or what was attached to one, works in AWS Batch, nearly always. */
export const rolePropagationMs = 10 * secondMs;
/** Until then what AWS says of a role may be about what was before. */
export const roleDoubtfulMs = minuteMs;
/** A mark of retirement is in whole seconds; a read this long after it shows who came to name what it marks. */
export const markSettlesMs = stalenessMs + stalestMs + secondMs;
/** Every mark has settled, whoever wrote it: a live read and the longest write follow the moment that it names. */
export const markSettledMs = stalestMs + longestCallMs + markSettlesMs;
/** An older mark of what is still ENABLED says nothing of the jobs that it may have taken since. */
export const markHoldsMs = 5 * minuteMs;
/** Two counts of zero jobs this far apart show that an environment is empty. */
export const emptyForMs = 10 * secondMs;
/** AWS's clock, or the clock of the writer before, and ours. */
export const clocksDifferMs = minuteMs;

// How old may be what is read.

/** A person asks for a check: one read may serve many objects. */
export const askedForMaxAgeMs = 10 * secondMs;
/** Something is lacking, and a check each minute shall show that it is there. */
export const lackingMaxAgeMs = 50 * secondMs;
/** IAM, while AWS Batch reports a problem with a role. */
export const doubtedRoleMaxAgeMs = minuteMs;
/** What lies in a network, while nothing changes. */
export const networkItemsMaxAgeMs = 2 * hourMs;
/** Of what shall be new at each check: timers may fire early. */
export const checkSlackMs = secondMs;
/** The vCPUs of an environment that status reports. */
export const vCpusMaxAgeMs = minuteMs;
/** A live read, after a slow read of a namespace. */
export const liveReadMaxAgeMs = secondMs;

// The network preflight.

/** The facts of a network while nothing is wrong. */
export const preflightRestMs = 3 * hourMs;
/** A person may be fixing what is wrong: it is read each minute, and then at rest. */
export const preflightFixingForMs = 10 * minuteMs;
/** Networks that lack something are read one after the other: a hundred at once would use up the account's calls. */
export const preflightTurnMs = 6 * secondMs;
/** Environments that are changed together share what they read. */
export const preflightTogetherMs = 3 * secondMs;
/** Writes of the operator itself are in effect: paths may change. */
export const preflightInEffectMs = 5 * minuteMs;
/** What `$Latest` and `$Default` of a launch template are. */
export const templateMaxAgeMs = 10 * minuteMs;
/** A pass waits for EC2 so long, where nothing can be created before its answer. */
export const ec2PatienceMs = 2 * secondMs;

// Drift, and others who write.

/** Fields that change back, and updates without effect, are counted in this window, and then written once in it. */
export const contestedWindowMs = 15 * minuteMs;
/** Somebody else who registers above our revision twice within this time is not fought. */
export const revisionContestedForMs = 10 * minuteMs;
/** Two registrations of one body within this time, with nothing between them, are one whose answer was lost. */
export const duplicateWithinMs = 10 * minuteMs;
/** Until the first listing after a start. */
export const firstListingCheckMs = 100;

// What a spec leaves out.

export const defaultSoakSeconds = 600;
export const defaultRevisionMinAgeSeconds = 7 * 24 * 3600;

/** How long something lasts before its condition turns, ms. */
export const marks = {
  /** A call is denied, or the credentials are wrong. */
  deniedStallsMs: 5 * minuteMs,
  /** What a step needs to know cannot be read. */
  unreadStallsMs: 5 * minuteMs,
  /** AWS Batch cannot be read: until then Ready stays what it was. */
  unreadUnknownMs: 10 * minuteMs,
  /** What a write or the spec refers to is not there, or not usable. */
  missingStallsMs: 10 * minuteMs,
  /** AWS says that something is in use or changes: until then the step is reported, and not the refusal. */
  lagReportedMs: 5 * minuteMs,
  inUseStallsMs: 30 * minuteMs,
  /** Longer than EC2 takes to create an endpoint. */
  endpointStallsMs: 10 * minuteMs,
  /** Two more tries of AWS to use a role that was created again, and no success. */
  repairStallsMs: 15 * minuteMs,
} as const;

/**
 * Between two turns of the event loop in which circles of jobs are searched: it takes about a tenth of a process's time,
 * however large and restless a graph is.
 */
export const circlesRestMs = 10;
