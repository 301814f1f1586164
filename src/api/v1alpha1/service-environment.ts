import type { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import type { KubeObject } from "../object.ts";
import { immutable, immutableRegion, policyFields, state, statusFields } from "./common.ts";
import { awsName } from "./names.ts";
import { allowedNamespaces } from "./references.ts";
import { type DeepReadonly, int, int32Max, mapList, object, oneOf, text } from "./schema.ts";

/** Rules of a service environment: what AWS rejects, and immutable fields. */
const serviceEnvironmentRules: readonly ValidationRule[] = [
  {
    rule: "self.capacityLimits.size() == 1 || self.capacityLimits.all(limit, limit.capacityUnit != 'NUM_INSTANCES')",
    message:
      "limits are either one number of all instances (NUM_INSTANCES) or up to five by instance type: keep one kind",
    fieldPath: ".capacityLimits",
  },
  immutableRegion,
  immutable("serviceEnvironmentName", "revert the change; for another name create a new object"),
];

const capacityLimit = object("How many instances its jobs may use at the same time.", {
  capacityUnit: text(
    "NUM_INSTANCES counts instances of all types; an instance type of SageMaker, e.g. ml.m5.large, only its own.",
    64,
    /^(NUM_INSTANCES|ml[.][0-9A-Za-z.-]+)$/,
  ),
  maxCapacity: int("How many instances jobs may use at a time.", 0, int32Max),
});

export const ServiceEnvironmentSpec = object(
  "Desired state of the service environment; AWS's fields have AWS's names.",
  {
    serviceEnvironmentName: text("AWS name. Immutable. Default: <namespace>_<name>.", 128, awsName).optional(),
    // AWS fixes it at creation, and has no other one as yet.
    serviceEnvironmentType: oneOf("Type of its jobs.", ["SAGEMAKER_TRAINING"]),
    state: state.optional(),
    capacityLimits: mapList(
      "How many instances its jobs may use: one limit in NUM_INSTANCES, or one to five by instance type, which quota shares need.",
      ["capacityUnit"],
      capacityLimit,
      5,
      1,
    ),
    allowedNamespaces: allowedNamespaces(
      "Namespaces of queues that may reference this service environment.",
    ).optional(),
    ...policyFields,
  },
  ...serviceEnvironmentRules,
);

export const ServiceEnvironmentStatus = object("Observed state of the service environment in AWS.", statusFields);

export type ServiceEnvironmentSpec = z.infer<typeof ServiceEnvironmentSpec>;
export type ServiceEnvironmentStatus = DeepReadonly<z.infer<typeof ServiceEnvironmentStatus>>;
export type ServiceEnvironment = KubeObject<ServiceEnvironmentSpec, ServiceEnvironmentStatus>;
