/** What a message in the queue is about. Pure: its form and size are checked, and nothing in it is believed. */

import type { Announced, Hint } from "../aws/hint.ts";
import { heartbeatSource, nameIn } from "../aws/names.ts";
import { resourceIn, resourceOf, resources } from "../aws/resources/index.ts";

/** `detail-type` of a heartbeat. */
export const heartbeatType = "Heartbeat of aws-batch-operator";

/** One account and region of AWS. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** A message that could be read. `hints` may be none: nothing that is kept can be different because of it. */
export type Message =
  | { readonly kind: "event"; readonly place: Place; readonly announces: Announced; readonly hints: readonly Hint[] }
  | { readonly kind: "heartbeat"; readonly place: Place; readonly token: string }
  | { readonly kind: "ignored"; readonly why: "tooLong" | "malformed" | "unknown" };

/** EventBridge takes no longer events. */
const longestMessage = 256 * 1024;

const ignored = (why: "tooLong" | "malformed" | "unknown"): Message => ({ kind: "ignored", why });

/** Reads the body of a message, as EventBridge puts it into a queue. */
export function messageIn(body: string): Message {
  if (body.length > longestMessage) return ignored("tooLong");
  const event = membersOf(parsed(body));
  const place = placeIn(event);
  if (place === undefined) return ignored("malformed");
  const type = `${textIn(event, "source")} ${textIn(event, "detail-type")}`;
  const detail = membersOf(event["detail"]);
  switch (type) {
    case `${heartbeatSource} ${heartbeatType}`: {
      const token = textIn(detail, "token");
      return /^[\w-]{1,100}$/.test(token) ? { kind: "heartbeat", place, token } : ignored("malformed");
    }
    case "aws.batch Batch Job State Change":
      return jobEvent(textIn(detail, "jobArn"), place);
    case "aws.batch Batch Job Queue Blocked":
      return blockedEvent(textIn(detail, "jobQueue"), place);
    case "aws.batch AWS API Call via CloudTrail":
      return callEvent(textIn(detail, "eventName"), membersOf(detail["requestParameters"]), place);
    default:
      return ignored("unknown");
  }
}

type EventPart = Readonly<Record<string, unknown>>;

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function membersOf(value: unknown): EventPart {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as EventPart) : {};
}

/** Empty when it is missing, or no text. */
function textIn(members: EventPart, name: string): string {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return typeof value === "string" ? value : "";
}

function placeIn(event: EventPart): Place | undefined {
  const [account, region] = [textIn(event, "account"), textIn(event, "region")];
  return /^\d{12}$/.test(account) && /^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region) ? { account, region } : undefined;
}

const jobArn = /^arn:[a-z-]+:batch:([a-z0-9-]+):(\d{12}):job\/([0-9a-f-]{36})(?:[:#](\d{1,6}))?$/;

function jobEvent(arn: string, place: Place): Message {
  const [, region, account, jobId = "", child] = jobArn.exec(arn) ?? [];
  if (region !== place.region || account !== place.account) return ignored("malformed");
  const kind = child === undefined ? "job" : "child";
  return { kind: "event", place, announces: "jobs", hints: [{ kind, jobId }] };
}

function blockedEvent(queue: string, place: Place): Message {
  const hint = resourceHint(queue, place);
  if (hint?.kind !== "resource" || hint.type !== "job-queue") return ignored("malformed");
  return { kind: "event", place, announces: "jobs", hints: [{ kind: "blocked", queue: hint.name }] };
}

/** A call that somebody has made, as CloudTrail records it. */
function callEvent(operation: string, request: EventPart, place: Place): Message {
  const hint = operation.endsWith("agResource")
    ? resourceHint(textIn(request, "resourceArn"), place)
    : subjectOf(operation, request, place);
  return { kind: "event", place, announces: "resources", hints: hint === undefined ? [] : [hint] };
}

/** The resource that a request names by one of its members, or creates by such a name. */
function subjectOf(operation: string, request: EventPart, place: Place): Hint | undefined {
  const key = resourceOf(operation);
  if (key === undefined || /^(Describe|Get|List)/.test(operation)) return undefined;
  const { subjects, type } = resources[key];
  const named = subjects.map((member) => textIn(request, member)).find((text) => text !== "") ?? "";
  if (named.startsWith("arn:")) return resourceHint(named, place);
  const name = type === "job-definition" ? named.replace(/:\d+$/, "") : named;
  if (type === "quota-share") {
    const queue = nameIn(textIn(request, "jobQueue"));
    return isName(name) && isName(queue) ? { kind: "resource", type, name: `${queue}/${name}` } : undefined;
  }
  return isName(name) ? { kind: "resource", type, name } : undefined;
}

/** Undefined: the ARN is of nothing that is kept, or of another place. */
function resourceHint(arn: string, place: Place): Hint | undefined {
  const found = arn.length <= 512 ? resourceIn(arn) : undefined;
  const [, , , region, account] = arn.split(":");
  if (found === undefined || region !== place.region || account !== place.account) return undefined;
  return found.name.split("/").every(isName) ? { kind: "resource", ...found } : undefined;
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9][\w-]{0,127}$/.test(text);
}
