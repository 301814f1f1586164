/** Reasons of any condition while AWS rejects a call or does not answer. */

import type { ReasonTable } from "./table.ts";

export const refusalReasons = {
  refusal: {
    Throttled: {
      means: "AWS receives too many calls",
      todo: "nothing; if it lasts, lower `--aws-requests-per-second` or ask AWS for more",
    },
    AWSUnavailable: {
      means: "AWS, the network or the endpoint did not answer properly",
      todo: "nothing; if it lasts, check the operator's path to AWS",
    },
    ResourceBusy: { means: "AWS is still changing the resource", todo: "nothing" },
    InUse: {
      means:
        "another resource in AWS still references it; retried with growing delays of 5 s to 10 minutes, Stalled after 30 minutes",
      todo: "nothing; if it lasts, remove the reference",
    },
    DependencyNotReady: {
      means: "a referenced resource is not ready; Stalled after 10 minutes",
      todo: "make it ready: the message names it",
    },
    NotFound: {
      means: "a referenced resource does not exist; Stalled after 10 minutes",
      todo: "create it, or correct the spec",
      todoIfFixed: "create it, or another object that refers to something else: the spec of this one cannot be changed",
    },
    QuotaExceeded: {
      means: "a quota of AWS is used up; Stalled",
      todo: "delete what is not needed, or ask AWS for more",
    },
    AccessDenied: {
      means: "the operator's role lacks a permission; Stalled after 5 minutes",
      todo: "add the action that the message names",
    },
    CredentialsInvalid: {
      means: "the operator's credentials are wrong, expired or missing; Stalled after 5 minutes",
      todo: "give its ServiceAccount a role that exists and trusts it",
    },
    InvalidRequest: {
      means: "AWS rejects the spec; Stalled, retried every 5 minutes",
      todo: "correct the field that the message names",
      todoIfFixed:
        "create another object, under a new name, with the right value: the spec of this one cannot be changed; correct what it refers to, if the message names a field of that",
    },
    UnknownError: { means: "the operator does not know this answer", todo: "report it, with the message" },
  },
} as const satisfies ReasonTable;
