import type { JobDefinition, JobDefinitionSpec } from "../../../../src/api/v1alpha1/job-definition.ts";
import type { RevisionSeen } from "../../../../src/aws/region.ts";
import { fingerprintOfSpec } from "../../../../src/controllers/kinds/job-definition/normalise.ts";
import type { Seen } from "../../../../src/controllers/kinds/job-definition/seen.ts";
import {
  fingerprintTag,
  type Identity,
  ownerTags,
  registeredAtTag,
} from "../../../../src/controllers/ownership/ownership.ts";
import { defaultSettings } from "../../../../src/controllers/ports.ts";
import { mayAdopt } from "../../region.ts";

/** Objects and observations for the tests of pure functions; what is not given is at rest. */

export const now = Date.UTC(2026, 0, 15);
export const minutes = 60_000;
export const days = 24 * 60 * minutes;

export const identity: Identity = {
  cluster: { name: "default", uid: "c-1" },
  namespace: "team",
  name: "job",
  uid: "u-1",
};

export function definition(spec: Partial<JobDefinitionSpec> = {}): JobDefinition {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "JobDefinition",
    metadata: {
      name: "job",
      namespace: "team",
      uid: "u-1",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: { type: "container", containerProperties: { image: "busybox:1" }, ...spec },
  };
}

export const desired = fingerprintOfSpec(definition().spec);
export const another = fingerprintOfSpec(definition({ containerProperties: { image: "busybox:2" } }).spec);

/** A revision that nobody owns, with the desired body. */
export function foreign(number: number, given: Partial<RevisionSeen> = {}): RevisionSeen {
  return {
    name: "team_job",
    revision: number,
    arn: `arn:aws:batch:eu-west-1:111122223333:job-definition/team_job:${number}`,
    type: "container",
    tags: {},
    fingerprint: desired,
    roles: [],
    ...given,
  };
}

/** A revision that we registered so long ago, by default with the desired body. */
export function ours(number: number, ageMs = days, given: Partial<RevisionSeen> = {}): RevisionSeen {
  const fingerprint = given.fingerprint ?? desired;
  const tags = {
    ...ownerTags(identity),
    [fingerprintTag]: fingerprint,
    [registeredAtTag]: new Date(now - ageMs).toISOString(),
    ...given.tags,
  };
  return foreign(number, { fingerprint, ...given, tags });
}

export function observed(revisions: readonly RevisionSeen[], given: Partial<Seen> = {}): Seen {
  return {
    identity,
    settings: { ...defaultSettings, region: "eu-west-1" },
    nameSeen: mayAdopt(true),
    name: "team_job",
    unversionedArn: "arn:aws:batch:eu-west-1:111122223333:job-definition/team_job",
    fingerprint: desired,
    revisions,
    reported: [],
    absent: revisions.length === 0,
    claimedBy: undefined,
    giveWay: [],
    bodyChanges: [],
    registeredBefore: false,
    ...given,
    directives: {
      deleting: false,
      paused: false,
      dryRun: false,
      abandon: false,
      approved: undefined,
      finalized: true,
      location: undefined,
      retain: false,
      adoptionPolicy: "Never",
      ...given.directives,
    },
  };
}

export const directives = observed([]).directives;
