import type { ValidationRule } from "../crd.ts";

/** Rules for pods: what AWS rejects. */

const quantityPattern = {
  cpu: "^[0-9]+([.](0|00|25|5|50|75))?$",
  memory: "^([4-9]|[1-9][0-9]+)Mi$",
  "nvidia.com/gpu": "^[0-9]+$",
} as const;

function wellFormed(resource: keyof typeof quantityPattern, message: string): ValidationRule {
  return { rule: `!('${resource}' in self) || self['${resource}'].matches('${quantityPattern[resource]}')`, message };
}

/** For `limits` and for `requests`. */
export const quantityRules: readonly ValidationRule[] = [
  wellFormed("cpu", "cpu is a multiple of 0.25: e.g. '0.5' or '2'"),
  wellFormed("memory", "memory is a whole number of MiB, at least 4: e.g. '2048Mi'"),
  wellFormed("nvidia.com/gpu", "GPU is a whole number such as '1': GPUs are not shared"),
];

function equal(resource: "memory" | "nvidia.com/gpu"): ValidationRule {
  return {
    rule: `!has(self.limits) || !has(self.requests) || !('${resource}' in self.limits) || !('${resource}' in self.requests) || self.limits['${resource}'] == self.requests['${resource}']`,
    message: `${resource} must be equal in limits and requests: use the same value, or only one of them`,
  };
}

const number = `matches('${quantityPattern.cpu}')`;

export const resourcesRules: readonly ValidationRule[] = [
  equal("memory"),
  equal("nvidia.com/gpu"),
  {
    rule: `!has(self.limits) || !has(self.requests) || !('cpu' in self.limits) || !('cpu' in self.requests) || !self.limits['cpu'].${number} || !self.requests['cpu'].${number} || double(self.limits['cpu']) >= double(self.requests['cpu'])`,
    message: "limits.cpu is less than requests.cpu: raise limits.cpu, or lower requests.cpu",
  },
];

export const volumeRules: readonly ValidationRule[] = [
  {
    rule: "(has(self.hostPath) ? 1 : 0) + (has(self.emptyDir) ? 1 : 0) + (has(self.secret) ? 1 : 0) + (has(self.persistentVolumeClaim) ? 1 : 0) <= 1",
    message: "a volume has one source: keep one of hostPath, emptyDir, secret and persistentVolumeClaim",
    reason: "FieldValueForbidden",
  },
];

/** `namespace` is a reserved word of CEL; the API server escapes it so. */
export const metadataRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.__namespace__) || (self.__namespace__ != 'default' && self.__namespace__ != 'kube' && !self.__namespace__.startsWith('kube-'))",
    message: "AWS Batch runs no pods in default or in kube-*: use another namespace",
    fieldPath: ".namespace",
  },
];

function distinctNames(list: string): ValidationRule {
  return {
    rule: `!has(self.${list}) || self.${list}.all(left, !has(left.name) || self.${list}.exists_one(right, has(right.name) && right.name == left.name))`,
    message: "two containers have the same name: rename one",
    fieldPath: `.${list}`,
  };
}

function mountsExist(list: string): ValidationRule {
  return {
    rule: `!has(self.${list}) || self.${list}.all(container, !has(container.volumeMounts) || container.volumeMounts.all(mount, !has(mount.name) || (has(self.volumes) && self.volumes.exists(volume, volume.name == mount.name))))`,
    message: "a mount references a missing volume: add it to volumes, or correct name",
    fieldPath: `.${list}`,
  };
}

function given(resource: "cpu" | "memory"): ValidationRule {
  const inPart = (part: string) => `(has(container.resources.${part}) && '${resource}' in container.resources.${part})`;
  return {
    rule: `self.containers.exists(container, has(container.resources) && (${inPart("limits")} || ${inPart("requests")}))`,
    message: `a pod needs ${resource}: add it to resources.limits or resources.requests of a container`,
    reason: "FieldValueRequired",
    fieldPath: ".containers",
  };
}

export const podRules: readonly ValidationRule[] = [
  distinctNames("containers"),
  distinctNames("initContainers"),
  mountsExist("containers"),
  mountsExist("initContainers"),
  given("cpu"),
  given("memory"),
];
