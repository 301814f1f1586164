import type { ValidationRule } from "../crd.ts";

/**
 * Which roles a job definition must have, and which it must not. The rules are at the root, because a role comes from
 * the container, the task, a reference, or `iam`.
 */

type Iam = "executionRole" | "jobRole";

const makes = (role: Iam): string => `has(self.iam) && has(self.iam.${role})`;
/** Whether the definition as a whole has the role, by a BatchRole or by one of its own. */
const given = (role: Iam): string => `has(self.${role}Ref) || (${makes(role)})`;

/** A place that needs a role: the CEL around it, and the path for the error. */
interface RolePlace {
  readonly sort: "container" | "task";
  readonly each: (test: (node: string) => string) => string;
  readonly fieldPath: string;
}

const ranges = (name: string, test: string): string =>
  `!has(self.nodeProperties) || self.nodeProperties.nodeRangeProperties.all(range, !has(range.${name}) || ${test})`;

const places: readonly RolePlace[] = [
  {
    sort: "container",
    each: (test) => `!has(self.containerProperties) || ${test("self.containerProperties")}`,
    fieldPath: ".containerProperties",
  },
  {
    sort: "task",
    each: (test) => `!has(self.ecsProperties) || self.ecsProperties.taskProperties.all(task, ${test("task")})`,
    fieldPath: ".ecsProperties.taskProperties",
  },
  {
    sort: "container",
    each: (test) => ranges("container", test("range.container")),
    fieldPath: ".nodeProperties.nodeRangeProperties",
  },
  {
    sort: "task",
    each: (test) => ranges("ecsProperties", `range.ecsProperties.taskProperties.all(task, ${test("task")})`),
    fieldPath: ".nodeProperties.nodeRangeProperties",
  },
];

const fieldOf = (role: Iam, sort: RolePlace["sort"]): string =>
  role === "executionRole" ? "executionRoleArn" : sort === "task" ? "taskRoleArn" : "jobRoleArn";

/** The same need in each place. `needs` is CEL about the container or the task. */
function roleFor(role: Iam, needs: (node: string, sort: RolePlace["sort"]) => string, what: string): ValidationRule[] {
  return places.map(({ sort, each, fieldPath }) => {
    const field = fieldOf(role, sort);
    return {
      rule: `(${given(role)}) || ${each((node) => `(has(${node}.${field}) || !(${needs(node, sort)}))`)}`,
      message: `${what}: add ${field} or ${role}Ref, or iam.${role} to let the operator create one`,
      reason: "FieldValueRequired",
      fieldPath,
    };
  });
}

const secrets = (node: string, sort: RolePlace["sort"]): string =>
  sort === "container"
    ? `has(${node}.secrets) && size(${node}.secrets) > 0`
    : `${node}.containers.exists(container, has(container.secrets) && size(container.secrets) > 0)`;
const s3Files = (node: string): string =>
  `has(${node}.volumes) && ${node}.volumes.exists(volume, has(volume.s3filesVolumeConfiguration))`;

const fargate = "has(self.platformCapabilities) && 'FARGATE' in self.platformCapabilities";

function onFargate([container, task]: readonly RolePlace[]): ValidationRule[] {
  return [container, task]
    .filter((place) => place !== undefined)
    .map(({ each, fieldPath }) => ({
      rule: `!(${fargate}) || (${given("executionRole")}) || ${each((node) => `has(${node}.executionRoleArn)`)}`,
      message:
        "Fargate pulls images and writes logs with a role: add executionRoleArn or executionRoleRef, or iam.executionRole to let the operator create one",
      reason: "FieldValueRequired",
      fieldPath,
    }));
}

/** Rejects a role for a slot that is already filled. */
function exclusive(role: Iam): ValidationRule[] {
  const ofPlaces = places.slice(0, 2).map(({ sort, each, fieldPath }): ValidationRule => {
    const field = fieldOf(role, sort);
    return {
      rule: `!(${given(role)}) || ${each((node) => `!has(${node}.${field})`)}`,
      message: `${role}Ref and iam.${role} give the role for ${field}: keep one of them`,
      reason: "FieldValueForbidden",
      fieldPath,
    };
  });
  return [
    ...ofPlaces,
    {
      rule: `!has(self.${role}Ref) || !(${makes(role)})`,
      message: `${role}Ref and iam.${role} give the same role: remove one of the two`,
      reason: "FieldValueForbidden",
      fieldPath: `.${role}Ref`,
    },
  ];
}

export const roleRules: readonly ValidationRule[] = [
  ...onFargate(places),
  ...roleFor("executionRole", secrets, "secrets are read with the execution role"),
  ...roleFor("jobRole", s3Files, "an S3 Files volume is mounted with the job's role"),
  ...exclusive("executionRole"),
  ...exclusive("jobRole"),
  {
    rule: "!(has(self.iam) || has(self.executionRoleRef) || has(self.jobRoleRef)) || !has(self.eksProperties)",
    message:
      "a pod gets its role from its service account: remove iam, executionRoleRef and jobRoleRef, and set podProperties.serviceAccountName",
    reason: "FieldValueForbidden",
    fieldPath: ".iam",
  },
];
