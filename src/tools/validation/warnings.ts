import { BatchComputeEnvironmentKind, type KindName, kindOf } from "../../api/v1alpha1/kinds.ts";
import { amazonLinux2, refusedImages } from "../../aws/image-types.ts";
import { instanceTypeNames, knownInstanceTypes } from "../../aws/instance-types.ts";
import { type Window, windowFault } from "../../controllers/kinds/compute-environment/update-windows.ts";
import { showsSpecValue } from "../../controllers/kinds/job-definition/shown-values.ts";
import { foreignNamespaceIn } from "../../controllers/ownership/naming.ts";
import { isRecord } from "./defaults.ts";
import { nearest } from "./nearest.ts";
import { nameAt, placeholdersIn, secretAdvice, secretPlaceholder } from "./placeholders.ts";
import type { Finding, Path } from "./problem.ts";
import type { Named } from "./references.ts";
import { secretsIn } from "./secrets.ts";

/** The highest priority of a queue in AWS's schema for CloudFormation; the limit of the API itself is unknown. */
const usualPriorityMax = 1000;

/** Values that AWS or the operator may reject although no rule forbids them. */
export function warningsOf(named: Named): Finding[] {
  const { kind, spec } = named;
  return isRecord(spec) ? [...foreignName(named, spec), ...(warnings[kindOf(kind).kind]?.(spec) ?? [])] : [];
}

/** The operator's flags and the annotations of the namespace are unknown here. */
function foreignName({ kind, namespace }: Named, spec: Readonly<Record<string, unknown>>): Finding[] {
  const { field } = kindOf(kind).awsName;
  const name = spec[field];
  const other = typeof name === "string" ? foreignNamespaceIn(name, namespace) : undefined;
  if (other === undefined) return [];
  const message = `${String(name)} begins like the names of namespace ${other}: the operator refuses it unless --allowed-names, --adoptable-names or the annotations of namespace ${namespace} allow it`;
  return [{ path: ["spec", field], message }];
}

const warnings: { readonly [Kind in KindName]?: (spec: Readonly<Record<string, unknown>>) => Finding[] } = {
  BatchComputeEnvironment: ({ computeResources, imageUpdates }) => [
    ...(isRecord(computeResources) ? [...unknownTypes(computeResources), ...retiredImages(computeResources)] : []),
    ...(isRecord(imageUpdates) ? invalidWindows(imageUpdates) : []),
  ],
  JobQueue: (spec) => highPriority(spec["priority"]),
  JobDefinition: (spec) => [...plainSecrets(spec, inDefinition), ...placeholders(spec), ...efsWithoutRole(spec)],
  BatchJob: (spec) => plainSecrets(spec, inJob),
};

/** Who can read such a value, and where it belongs. */
const inDefinition = "everyone can read who may describe job definitions: use secrets, or for EKS a Kubernetes Secret";
const inJob =
  "everyone can read who may describe jobs: name it under secrets of the job definition, or for EKS in a Kubernetes Secret";

/** Values that are probably secrets. */
function plainSecrets(spec: unknown, advice: string): Finding[] {
  return secretsIn(spec).secrets.map(({ path, name }) => ({
    path,
    message: `${name} is probably a secret in plain text, which ${advice}`,
  }));
}

/** Values that an import has left out: a job would get the placeholder. */
function placeholders(spec: unknown): Finding[] {
  return placeholdersIn(spec, ["spec"])
    .filter((path) => !showsSpecValue(path))
    .map((path) => ({
      path,
      message: `${secretPlaceholder} is in place of a value that import takes for a secret. ${secretAdvice(path, nameAt({ spec }, path))}`,
    }));
}

/** AWS Batch may register it; its jobs do not start. */
function efsWithoutRole(spec: Readonly<Record<string, unknown>>): Finding[] {
  const { iam, jobRoleRef } = spec;
  return jobRoleRef !== undefined || (isRecord(iam) && iam["jobRole"] !== undefined)
    ? []
    : efsVolumesIn(spec, ["spec"]);
}

/** A container or a task has both: volumes, and the role that mounts them. */
function efsVolumesIn(value: unknown, path: Path): Finding[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => efsVolumesIn(item, [...path, index]));
  if (!isRecord(value)) return [];
  const { volumes, jobRoleArn, taskRoleArn } = value;
  if (Array.isArray(volumes)) {
    const index = (jobRoleArn ?? taskRoleArn) === undefined ? volumes.findIndex(needsRole) : -1;
    const message =
      "EFS with IAM is mounted with the job's role, and there is none, so no job starts: add jobRoleArn (of a task: taskRoleArn) or jobRoleRef, or iam.jobRole to let the operator create one";
    return index < 0 ? [] : [{ path: [...path, "volumes", index], message }];
  }
  return Object.entries(value).flatMap(([key, member]) => efsVolumesIn(member, [...path, key]));
}

function needsRole(volume: unknown): boolean {
  const efs = isRecord(volume) ? volume["efsVolumeConfiguration"] : undefined;
  const authorization = isRecord(efs) ? efs["authorizationConfig"] : undefined;
  return isRecord(authorization) && authorization["iam"] === "ENABLED";
}

/** For so many unknown types of an object another is suggested: each is compared with a thousand. */
const typesCompared = 5;

/** The table of instance types may be older than a type: AWS decides. */
function unknownTypes({ instanceTypes: types }: Readonly<Record<string, unknown>>): Finding[] {
  if (!Array.isArray(types)) return [];
  const unknown = (types as readonly unknown[]).flatMap((type, index) =>
    typeof type !== "string" || knownInstanceTypes(type) !== undefined ? [] : [{ type, index }],
  );
  return unknown.map(({ type, index }, before): Finding => {
    const likely = before < typesCompared ? instanceTypeNames.filter((name) => name[0] === type[0]?.toLowerCase()) : [];
    const near = nearest(type, likely);
    const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    const message = `unknown instance type, family or bundle ${type}${hint}: AWS rejects it, unless it is newer than this version`;
    return { path: ["spec", "computeResources", "instanceTypes", index], message };
  });
}

/**
 * Images of Amazon Linux 2 that AWS Batch provides, as far as it may still create an environment with them.
 *
 * @param resources as a file has them
 */
function retiredImages(resources: Readonly<Record<string, unknown>>): Finding[] {
  const refused = new Set(refusedImages(imagesIn(resources)).map(({ index }) => index));
  return amazonLinux2(imagesIn(resources)).flatMap(({ index, imageType, platform, successor }): Finding[] => {
    if (refused.has(index)) return [];
    const fate =
      platform === "ECS"
        ? "AWS refuses to create environments with its own images of Amazon Linux 2, unless the launch template names an image of yours"
        : "since 2025-11-26 AWS has no updates of its images of Amazon Linux 2";
    return [{ path: imageTypeAt(index), message: `${imageType}: ${fate}: use ${successor}` }];
  });
}

/** Both of an object: with the first AWS creates nothing any more, of the second it has no updates. */
export function endedImages(object: { readonly kind: string; readonly spec?: unknown }): Finding[] {
  const resources = resourcesOf(object);
  return resources === undefined ? [] : [...refusedWhenNew(object), ...retiredImages(resources)];
}

/** What AWS does not create any more. An environment that exists runs on with it. */
export function refusedWhenNew(object: { readonly kind: string; readonly spec?: unknown }): Finding[] {
  const resources = resourcesOf(object);
  if (resources === undefined) return [];
  return refusedImages(imagesIn(resources)).map(({ index, imageType, successor }) => {
    const message = `${imageType}: since 2026-06-30 AWS refuses to create environments with its own images of Amazon Linux 2: use ${successor}, or an image of yours as imageIdOverride. AWS changes the imageType of an existing environment in place where spec.updatePolicy is set, under the service-linked role, and not under BEST_FIT`;
    return { path: imageTypeAt(index), message };
  });
}

function resourcesOf({ kind, spec }: { readonly kind: string; readonly spec?: unknown }) {
  const resources = isRecord(spec) && kind === BatchComputeEnvironmentKind.kind ? spec["computeResources"] : undefined;
  return isRecord(resources) ? resources : undefined;
}

function imagesIn({ ec2Configuration, imageId, launchTemplate }: Readonly<Record<string, unknown>>) {
  const images = Array.isArray(ec2Configuration) ? (ec2Configuration as readonly unknown[]) : [];
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return {
    ec2Configuration: images.map((image) => {
      const { imageType, imageIdOverride } = isRecord(image) ? image : {};
      return { imageType: text(imageType), imageIdOverride: text(imageIdOverride) };
    }),
    imageId: text(imageId),
    launchTemplate,
  };
}

function imageTypeAt(index: number): Path {
  return ["spec", "computeResources", "ec2Configuration", index, "imageType"];
}

/** The API server takes them: no rule of a schema knows time zones. */
function invalidWindows({ windows }: Readonly<Record<string, unknown>>): Finding[] {
  if (!Array.isArray(windows)) return [];
  return windows.flatMap((window: unknown, index) => {
    const fault = isRecord(window) ? windowFault(window as unknown as Window) : undefined;
    if (fault === undefined) return [];
    const message = `the operator takes no newer image while this window is invalid: ${fault}`;
    return [{ path: ["spec", "imageUpdates", "windows", index], message }];
  });
}

function highPriority(priority: unknown): Finding[] {
  if (typeof priority !== "number" || priority <= usualPriorityMax) return [];
  const message = `${priority} is more than ${usualPriorityMax}, the maximum in CloudFormation: AWS may reject it; only the order of priorities matters`;
  return [{ path: ["spec", "priority"], message }];
}
