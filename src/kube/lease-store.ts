import type { Lease, LeaseRecord, LeaseStore } from "../runtime/leader.ts";
import { StoreError } from "../runtime/store.ts";
import type { ApiRequest, KubeApi } from "./api.ts";
import { ApiError } from "./errors.ts";
import { fromMicroTime, microTime } from "./micro-time.ts";
import { type ResourceKind, resourcePath, resourceTarget } from "./resource.ts";

export interface KubeLeaseOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly name: string;
  readonly fieldManager: string;
}

const leaseKind: ResourceKind = { group: "coordination.k8s.io", version: "v1", plural: "leases" };

/** `coordination.k8s.io/v1`. Unset fields are omitted. */
interface ApiLease {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number | null;
  };
}

/** A Lease of an API server. Its writes need no leadership, because they decide about it. */
export function kubeLeaseStore({ api, namespace, name, fieldManager }: KubeLeaseOptions): LeaseStore {
  const send = async (verb: string, request: Partial<ApiRequest>, signal: AbortSignal): Promise<Lease> => {
    const address = verb === "create" ? { namespace } : { namespace, name };
    const target = resourceTarget(leaseKind, verb, { namespace, name });
    const path = resourcePath(leaseKind, address);
    return toLease((await api.request({ method: "GET", path, target, ...request }, signal)) as ApiLease);
  };
  const query = { fieldManager };

  return {
    async get(signal) {
      try {
        return await send("get", {}, signal);
      } catch (error) {
        if (error instanceof ApiError && error.reason === "NotFound") return undefined;
        throw error;
      }
    },

    async create(record, signal) {
      const kind = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
      const body = { ...kind, metadata: { namespace, name }, spec: specOf(record) };
      try {
        return await send("create", { method: "POST", query, body }, signal);
      } catch (error) {
        // Only the namespace can be missing here; to the elector, NotFound would mean a missing lease.
        if (!(error instanceof ApiError) || error.reason !== "NotFound") throw error;
        throw new StoreError("Invalid", `the namespace of the lease does not exist: ${error.message}`);
      }
    },

    // A merge patch leaves labels and fields of others as they are; the resourceVersion makes it conditional.
    update: (lease, record, signal) =>
      send(
        "patch",
        {
          method: "PATCH",
          query,
          contentType: "application/merge-patch+json",
          body: { metadata: { resourceVersion: lease.resourceVersion }, spec: specOf(record) },
        },
        signal,
      ),
  };
}

function specOf(record: LeaseRecord): Required<ApiLease>["spec"] {
  return {
    holderIdentity: record.holderIdentity,
    leaseDurationSeconds: record.leaseDurationSeconds,
    acquireTime: microTime(record.acquiredAt),
    renewTime: microTime(record.renewedAt),
    leaseTransitions: record.transitions,
  };
}

function toLease({ metadata, spec = {} }: ApiLease): Lease {
  const time = (text: string | null | undefined): number => (text ? fromMicroTime(text) : 0);
  return {
    resourceVersion: metadata.resourceVersion,
    holderIdentity: spec.holderIdentity ?? "",
    leaseDurationSeconds: spec.leaseDurationSeconds ?? 0,
    acquiredAt: time(spec.acquireTime),
    renewedAt: time(spec.renewTime),
    transitions: spec.leaseTransitions ?? 0,
  };
}
