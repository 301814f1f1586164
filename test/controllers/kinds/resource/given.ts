/** Builders for the kinds with one resource in AWS: a small whole, of which a test names only what it is about. */

import type { KubeObject } from "../../../../src/api/object.ts";
import type { KindName } from "../../../../src/api/v1alpha1/kinds.ts";
import type { Described } from "../../../../src/aws/effects.ts";
import { resourceArn } from "../../../../src/aws/names.ts";
import type { ResourceType } from "../../../../src/aws/resources/index.ts";
import type { ResourceSeen } from "../../../../src/controllers/kinds/resource/seen.ts";
import type { Identity } from "../../../../src/controllers/ownership/ownership.ts";
import type { Plan } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import { decided } from "../../decided.ts";
import { mayAdopt } from "../../region.ts";
import { directives, now, settings } from "../compute-environment/given.ts";

export { directives, now, settings } from "../compute-environment/given.ts";

/** What differs between such kinds. */
interface Given<Spec, R extends Described, Seen extends ResourceSeen<R>, Action> {
  readonly kind: KindName;
  readonly type: ResourceType;
  /** Of the object, in the namespace `team`. */
  readonly name: string;
  /** As snapshots have it. Default: that of an object without a name in its spec. */
  readonly recordName?: string;
  readonly spec: Spec;
  /** The resource of ours in AWS, as the spec says. */
  readonly record: (arn: string, identity: Identity) => R;
  /** What is seen in addition. */
  readonly more: Omit<Seen, keyof ResourceSeen>;
  readonly plan: (object: KubeObject<Spec, never>, seen: Seen, now: number) => Plan<Action>;
  /** An action in words. */
  readonly words: (action: Action) => string;
}

export function givenOf<Spec, R extends Described, Seen extends ResourceSeen<R>, Action>(
  given: Given<Spec, R, Seen, Action>,
) {
  const { kind, type, name, recordName = `team_${name}`, spec } = given;
  const identity: Identity = {
    cluster: { name: "default", uid: "cluster-1" },
    namespace: "team",
    name,
    uid: `uid-${name}`,
  };
  const arn = resourceArn({ partition: "aws", region: "eu-west-1", account: "123456789012" }, type, recordName);
  const object = (change: Partial<Spec> = {}, metadata: object = {}): KubeObject<Spec, never> => ({
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: {
      name,
      namespace: identity.namespace,
      uid: identity.uid,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { ...spec, ...change },
  });
  const record = (change: Partial<R> = {}): R => ({ ...given.record(arn, identity), ...change });
  const seen = (change: Partial<Seen> = {}): Seen => {
    const common: ResourceSeen<R> = {
      identity,
      directives,
      settings,
      name: recordName,
      arn,
      planId: "plan",
      record: record(),
      absent: false,
      lostIn: undefined,
      isSettled: true,
      nameSeen: mayAdopt(true),
      claimedBy: undefined,
    };
    return { ...common, ...given.more, ...change } as Seen;
  };
  const choiceFor = (change: Partial<Spec>, what: Partial<Seen>, metadata: object = {}): Choice<Action> =>
    decided(given.plan(object(change, metadata), seen(what), now), undefined, now);
  /** A choice in one line: what is next, with what, and whether it serves. */
  const stepLine = (change: Partial<Spec>, what: Partial<Seen>, metadata: object = {}): string => {
    const { next, serving } = choiceFor(change, what, metadata);
    const words: string[] = [next.kind === "act" ? given.words(next.action) : `${next.kind} ${next.reason}`];
    if ("checkInMs" in next && next.checkInMs !== undefined) words.push(`again in ${next.checkInMs / 1000} s`);
    if ("stallsAfterMs" in next && next.stallsAfterMs !== undefined) {
      words.push(`Stalled after ${next.stallsAfterMs / 60_000} min`);
    }
    return words.join(" ") + (serving ? "; serving" : "");
  };
  return { identity, arn, object, record, seen, choiceFor, stepLine };
}

type UpkeepWrite =
  | { readonly kind: "create" | "delete" | "disable" }
  | { readonly kind: "update"; readonly paths: readonly string[] }
  | { readonly kind: "tag"; readonly purpose: string };

/** Its kind, with what it changes. */
export function wordsOf(action: UpkeepWrite): string {
  if (action.kind === "tag") return `tag ${action.purpose}`;
  return action.kind === "update" ? `update ${action.paths.join(",")}` : action.kind;
}
