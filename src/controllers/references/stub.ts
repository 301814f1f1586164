import type { Reference } from "../../api/batch-kind.ts";
import type { KubeObject, ObjectMeta } from "../../api/object.ts";
import type { OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { weightOf } from "../../api/weight.ts";
import { conditionsOf } from "../pass/conditions.ts";
import { directivesOf } from "../pass/directives.ts";
import type { Settings } from "../ports.ts";

/**
 * What the cache keeps of a large object for which there is no room: what passes of other objects, wake-ups and metrics read.
 * A pass about the object itself reads the whole one.
 */

/** A stub that is heavier, in bytes of memory, keeps only who the object is. */
const heaviest = 8 * 1024;
/** No value of ours that another object reads is longer. */
const annotationMax = 256;
const labelsMax = 2048;
const finalizersMax = 16;
const messageMax = 1024;
/** ARNs in status are the longest. */
const identityMax = 2050;

/** Whether an object rarely needs a pass: paused, refused until a person changes it, or of another shard. Pure. */
export function isAtRest(object: KubeObject, reconciles: (object: KubeObject) => boolean, settings: Settings): boolean {
  if (!reconciles(object)) return true;
  if (object.metadata.deletionTimestamp !== undefined) return false;
  const isRefused = conditionsOf(object).some(
    ({ type, status, observedGeneration }) =>
      type === "Stalled" && status === "True" && observedGeneration === object.metadata.generation,
  );
  return isRefused || directivesOf(object, settings).paused;
}

/**
 * The stub of an object. Pure.
 *
 * @param labelKeys labels that decide which process reconciles an object
 */
export function stubOf(kind: OperatorKind, labelKeys: ReadonlySet<string>): (object: KubeObject) => KubeObject {
  return (object) => {
    const metadata = metadataOf(object.metadata, labelKeys);
    const { plan: _ofItsPasses, ...status } = (object.status ?? {}) as Members;
    const stub = { ...object, isDigest: true, isStub: true, metadata } as const;
    const kept = { ...stub, spec: specOf(kind, object.spec as Members), status: withShortMessages(status) };
    if (weightOf(kept) <= heaviest) return kept;
    // Without `replacement` a queue would go to an environment that is not verified.
    const own = [
      "region",
      kind.awsName.field,
      "type",
      "purpose",
      "state",
      "deletionPolicy",
      "adoptionPolicy",
      "replacement",
    ];
    const conditions = { conditions: withShortMessages(status, 0).conditions };
    return {
      ...stub,
      spec: picked(object.spec as Members, own),
      status: { ...picked(status, identity), ...conditions },
    };
  };
}

type Members = Readonly<Record<string, unknown>>;

const identity = ["observedGeneration", "arn", "name", "accountId", "region", "state", "status", "jobId", "jobQueue"];

function specOf({ stub, references }: OperatorKind, spec: Members): Members {
  const bulk = new Set<string>(["tags", ...(stub?.bulk ?? [])]);
  const kept = Object.fromEntries(Object.entries(spec).filter(([field]) => !bulk.has(field)));
  const paths = [...references.flatMap(pathsOf), ...(stub?.kept ?? [])].map((path) => path.split("."));
  const within = Object.fromEntries(
    [...bulk].flatMap((field) => {
      const part = at(
        spec[field],
        paths.filter(([first]) => first === field).map((path) => path.slice(1)),
      );
      return part === undefined ? [] : [[field, part]];
    }),
  );
  return { ...kept, ...within };
}

function pathsOf({ path, awsPath }: Reference): readonly string[] {
  return awsPath === undefined ? [path] : [path, awsPath];
}

/** The part of a value at some paths, of which each step is a member; a list has the part of each item. */
function at(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (value === undefined || paths.length === 0) return undefined;
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => at(item, paths) ?? {});
  if (typeof value !== "object" || value === null) return undefined;
  const steps = Map.groupBy(paths, ([first = ""]) => first.replace("[]", ""));
  return Object.fromEntries(
    [...steps].flatMap(([step, several]) => {
      const part = at(
        (value as Members)[step],
        several.map((path) => path.slice(1)),
      );
      return part === undefined ? [] : [[step, part]];
    }),
  );
}

/** The fields that have a short value. */
function picked(members: Members, fields: readonly string[]): Members {
  const isShort = (value: unknown): boolean => value !== undefined && JSON.stringify(value).length <= identityMax;
  return Object.fromEntries(fields.flatMap((field) => (isShort(members[field]) ? [[field, members[field]]] : [])));
}

function withShortMessages(status: Members, max = messageMax): Members & { readonly conditions?: unknown } {
  const { conditions } = status as { readonly conditions?: readonly { readonly message?: string }[] };
  if (conditions === undefined) return status;
  const short = conditions.map((one) => ((one.message ?? "").length > max ? { ...one, message: "" } : one));
  return { ...status, conditions: short };
}

function metadataOf(metadata: ObjectMeta, labelKeys: ReadonlySet<string>): ObjectMeta {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp, deletionTimestamp } = metadata;
  const { labels, annotations = {}, finalizers } = metadata;
  const isLight = labels === undefined || weightOf(labels) <= labelsMax;
  const ours = Object.entries(annotations).filter(
    ([key, value]) => key.startsWith("awsbatch.dev/") && key.length + value.length <= annotationMax,
  );
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    deletionTimestamp,
    labels: isLight ? labels : Object.fromEntries(Object.entries(labels).filter(([key]) => labelKeys.has(key))),
    annotations: Object.fromEntries(ours.slice(0, finalizersMax)),
    finalizers: finalizers?.slice(0, finalizersMax),
  };
}
