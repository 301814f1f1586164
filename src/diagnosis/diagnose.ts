/**
 * The door of the diagnosis: why the first job of a queue does not start, and other problems of the queue. `facts.ts` is what it is computed from; `obstacles.ts`
 * and `waiting.ts` are rules in order; `causes.ts` has the codes with their texts. Pure.
 */

import { counted } from "../api/words.ts";
import type { DescribedJob, HeadJob } from "../aws/queue-jobs.ts";
import { causeInAttempt, causeInStatusReason } from "./aws-reasons.ts";
import { type Cause, causeKind, causeTable, type Finding, type ReportedCode } from "./causes.ts";
import type { EnvironmentFacts, QueueFacts } from "./facts.ts";
import { tightMemory } from "./fit.ts";
import { isChanging, type Obstacle, obstacle, serviceRoleFix } from "./obstacles.ts";
import { waiting } from "./waiting.ts";
import { awsWords, editedEnvironments, editedQueue, lastAttempt, needsText } from "./words.ts";

export interface Diagnosis {
  /**
   * - `idle`: no job waits for capacity;
   * - `progressing`: jobs are starting;
   * - `waiting`: the first job waits for an expected reason, the `cause`;
   * - `blocked`: it does not start until somebody fixes the `cause`.
   */
  readonly verdict: "idle" | "progressing" | "waiting" | "blocked";
  readonly cause: Cause | undefined;
  /** All findings, the cause first. */
  readonly findings: readonly Finding[];
}

/** AWS usually decides about a job within a minute or two. */
const usualPatienceMs = 2 * 60_000;

/** @param patienceMs how long a job may be first before a cause is reported; 0 for a person who asks */
export function diagnose(facts: QueueFacts, patienceMs = usualPatienceMs): Diagnosis {
  const head = facts.jobs?.head;
  const general = generalFindings(facts);
  if (facts.jobs === undefined || head === undefined) return { verdict: "idle", cause: undefined, findings: general };
  const waitedMs = facts.jobs.readAt - head.since;
  const cause = waitedMs < patienceMs ? undefined : causeOf(facts, head, waitedMs);
  if (cause === undefined) return { verdict: "progressing", cause, findings: general };
  const kind = causeKind(cause.code);
  // A problem of one environment is reported once, with the text that knows the job.
  const others = general.filter(({ code, sentence }) => code !== cause.code && !cause.sentence.includes(sentence));
  return { verdict: kind === "waiting" ? "waiting" : "blocked", cause, findings: [cause, ...others] };
}

/** Problems that do not depend on the job. */
function generalFindings(facts: QueueFacts): readonly Finding[] {
  const { queue, environments } = facts;
  const { jobQueueName: name, state } = queue;
  const found: Finding[] = invalidQueue(queue);
  if (state === "DISABLED") {
    const sentence = `the queue ${name} is DISABLED: it accepts no new jobs; jobs that are already in it still run`;
    found.push({ code: "QueueDisabled", sentence, fix: `set the state of ${editedQueue(queue)} to ENABLED` });
  }
  const obstacles = environments.map((environment) => obstacle(environment, undefined, facts));
  return [...found, ...obstacles.filter((one) => one !== undefined).map(findingOf)];
}

function invalidQueue(queue: QueueFacts["queue"]): Cause[] {
  const { jobQueueName: name, status, statusReason } = queue;
  if (status !== "INVALID") return [];
  const sentence = `AWS marked the queue ${name} as INVALID: ${awsWords(statusReason ?? "AWS gives no reason")}`;
  return [{ code: "QueueInvalid", sentence, fix: `fix what AWS names in ${editedQueue(queue)}` }];
}

function causeOf(facts: QueueFacts, head: HeadJob, waitedMs: number): Cause | undefined {
  const job = head.described;
  const mine = ownCause(facts, job);
  return (
    invalidQueue(facts.queue)[0] ??
    awsCause(facts, job, mine) ??
    mine ??
    attemptCause(job) ??
    waiting(facts, head, waitedMs)
  );
}

/** The operator's own finding: an obstacle for this job in every environment. */
function ownCause(facts: QueueFacts, job: DescribedJob | undefined): Cause | undefined {
  const { environments } = facts;
  const obstacles = environments.map((environment) => obstacle(environment, job?.needs, facts));
  const found = obstacles.filter((one) => one !== undefined);
  // An environment that is changing may be about to run the job.
  const open = environments.some(({ environment }, place) => obstacles[place] === undefined || isChanging(environment));
  if (open || found.length === 0) return undefined;
  const [nearest] = found.toSorted((left, right) => right.step - left.step);
  if (nearest === undefined) return undefined;
  const others = found.filter((one) => one !== nearest && one.sentence !== nearest.sentence);
  const sentence = [nearest, ...others].map((one) => one.sentence).join("; ");
  return { ...findingOf(nearest), sentence };
}

/** AWS's own reason, in our words if these are more precise, unless newer facts contradict it. */
function awsCause(facts: QueueFacts, job: DescribedJob | undefined, mine: Cause | undefined): Cause | undefined {
  const code = causeInStatusReason(job?.statusReason);
  if (job === undefined || code === undefined || isOutdated(code, facts, mine)) return undefined;
  // AWS reports a problem, and the operator knows which one.
  if (mine !== undefined && (mine.code === code || vague.has(code))) return mine;
  const said = `AWS says: ${awsWords(job.statusReason ?? "")}`;
  const tight = code === "NoInstanceTypeFits" ? tightIn(facts, job) : undefined;
  if (tight !== undefined) return { code, sentence: `${said}. In detail: ${tight.sentence}`, fix: tight.fix };
  const detail = detailOf(code, facts, job);
  return {
    code,
    sentence: detail === undefined ? said : `${said} (${detail})`,
    fix: fixes[code]?.(facts) ?? plainFix(code, facts),
  };
}

/** The fix of the table is Markdown, and says nothing of objects. */
function plainFix(code: ReportedCode, { environments }: QueueFacts): string {
  return `for ${editedEnvironments(environments)}: ${(causeTable[code].todo ?? "").replaceAll("`", "")}`;
}

/** Codes that AWS uses for more than one cause. */
const vague: ReadonlySet<ReportedCode> = new Set([
  "CauseUnknown",
  "EnvironmentInvalid",
  "NoInstanceTypeFits",
  "MaxVcpusTooSmall",
]);

/** The description may be ten minutes old; the listing is at most one minute old. */
function isOutdated(code: ReportedCode, { environments }: QueueFacts, mine: Cause | undefined): boolean {
  if (code === "EnvironmentInvalid") return !environments.some(({ environment }) => environment?.status === "INVALID");
  return (
    code === "MaxVcpusTooSmall" && mine === undefined && environments.some(({ environment }) => isChanging(environment))
  );
}

function detailOf(code: ReportedCode, facts: QueueFacts, job: DescribedJob): string | undefined {
  const names = facts.environments.map(({ name }) => name).join(", ");
  switch (code) {
    case "NoInstanceTypeFits":
    case "MaxVcpusTooSmall":
      return `the job needs ${needsText(job.needs)}; environments: ${names}`;
    case "InsufficientCapacity":
    case "InstanceConfigurationUnsupported":
      return `environments: ${facts.environments.map(typesText).join("; ")}`;
    default:
      return undefined;
  }
}

function typesText({ name, environment }: EnvironmentFacts): string {
  const { instanceTypes = [], type, subnets = [] } = environment?.computeResources ?? {};
  return `${name} with ${[type, ...instanceTypes].join(" ")} in ${counted(subnets.length, "subnet")}`;
}

const fixes: Partial<Readonly<Record<ReportedCode, (facts: QueueFacts) => string>>> = {
  InsufficientCapacity: ({ environments, queue }) =>
    `allow more instance types and subnets in more zones in ${editedEnvironments(environments)}, or add a second environment with type EC2 after it in ${editedQueue(queue)}; with jobStateTimeLimitActions there AWS cancels such a job instead of letting it block the queue`,
  ServiceRolePermissions: ({ environments }) => serviceRoleFix(editedEnvironments(environments)),
};

/** The last attempt ended before its container ran; the next one would fail too. */
function attemptCause(job: DescribedJob | undefined): Cause | undefined {
  const last = job?.attempts.at(-1);
  const text = [last?.reason, last?.statusReason].filter((one) => one !== undefined).join(" ");
  const code = causeInAttempt(text);
  if (job === undefined || code === undefined) return undefined;
  const image = job.needs.images.join(", ");
  const words = awsWords(last?.reason ?? last?.statusReason ?? "");
  return code === "ImagePullFailed"
    ? {
        code,
        sentence: `${lastAttempt(job.attempts)} could not pull the image ${image}: ${words}`,
        fix: `fix the image's name or tag in the definition ${job.definition}, or for ECR let the execution or instance role pull it, or give the subnets a path to the registry (NAT gateway, or the endpoints ecr.api, ecr.dkr and s3)`,
      }
    : {
        code,
        sentence: `${lastAttempt(job.attempts)} could not be prepared: ${words}`,
        fix: `let the execution role of the definition ${job.definition} read the job's secrets and write its logs, and give the subnets a path to these endpoints`,
      };
}

function tightIn(facts: QueueFacts, job: DescribedJob): Cause | undefined {
  for (const environment of facts.environments) {
    const tight = tightMemory(job.needs, environment, facts.instanceTypes);
    if (tight !== undefined) return tight;
  }
  return undefined;
}

function findingOf({ code, sentence, fix }: Obstacle): Cause {
  return { code, sentence, fix };
}
