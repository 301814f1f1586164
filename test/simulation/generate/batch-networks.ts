import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetworkSpec } from "../../../src/api/v1alpha1/batch-network.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import type { Act, Step } from "../story.ts";
import type { Chance } from "./chance.ts";
import { closedSubnets } from "./network.ts";

/** BatchNetworks of a world, the environments that refer to them, and those that name subnets and groups by ID. */

type Spec = BatchComputeEnvironmentSpec;
type Resources = NonNullable<Spec["computeResources"]>;
type Endpoints = NonNullable<BatchNetworkSpec["vpcEndpoints"]>;

/** Where an environment is to be, in addition to the rest of its spec. */
interface Placement {
  readonly subnets: "given" | "selected" | "closed" | "bothClosed";
  readonly groups: "given" | "selected" | "made" | "madeAndGiven";
  readonly endpoints: boolean;
  readonly preflight: "Warn" | "Skip" | "Enforce";
}

function placementOf(chance: Chance): Placement {
  const subnets = chance.of(["given", "given", "selected", "closed", "bothClosed"] as const);
  return {
    subnets,
    groups: chance.of(["given", "given", "selected", "made", "madeAndGiven"] as const),
    endpoints: chance.is(subnets === "closed" || subnets === "bothClosed" ? 0.8 : 0.2),
    preflight: chance.of(["Warn", "Warn", "Skip", "Enforce"] as const),
  };
}

/** One thing of it changes, or all does. */
function moved(placement: Placement, chance: Chance): Placement {
  const other = placementOf(chance);
  const [key] = chance.shuffled(Object.keys(placement) as (keyof Placement)[]);
  return chance.is(0.2) || key === undefined ? other : { ...placement, [key]: other[key] };
}

/** Subnets and groups of these can be named by ID; everything else is a network's. */
function isById({ subnets, groups, endpoints }: Placement): boolean {
  return subnets !== "selected" && groups === "given" && !endpoints;
}

const closed = { closed: closedSubnets.slice(0, 1), bothClosed: [...closedSubnets] };

/** A reference to a network. */
interface Reference {
  readonly name: string;
  /** Left out: the namespace of the environments. */
  readonly namespace?: string;
}

/** Two are of the namespace of the environments; one is of another, which lets everybody use it. */
const references: readonly Reference[] = [
  { name: "net-a" },
  { name: "net-b" },
  { name: "shared", namespace: "platform" },
];

/** A network of the account's VPC, which everybody may use unless the spec says otherwise. */
export function networkManifest({ name, namespace = "team" }: Reference, spec: Partial<BatchNetworkSpec>): Manifest {
  const whole = { vpcId: "vpc-1", allowedNamespaces: { from: "All" }, ...spec };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "BatchNetwork", metadata: { name, namespace }, spec: whole };
}

/** @param given where the environment would be by its own fields */
function networkSpec(
  { subnets, groups, endpoints }: Placement,
  given: Resources | undefined,
  chance: Chance,
): Partial<BatchNetworkSpec> {
  const { securityGroupIds = ["sg-11111111"], type = "EC2" } = given ?? {};
  const where = {
    given: { subnets: given?.subnets ?? ["subnet-11111111"] },
    selected: { subnetSelector: { tags: { tier: "batch" } } },
    closed: { subnets: closed.closed },
    bothClosed: { subnets: closed.bothClosed },
  }[subnets];
  const by = {
    given: { securityGroupIds },
    selected: { securityGroupSelector: { tags: { team: "batch" } } },
    made: { securityGroup: {} },
    madeAndGiven: { securityGroupIds, securityGroup: {} },
  }[groups];
  const needs: Endpoints["needs"] = type.startsWith("FARGATE") ? ["ecr", "logs"] : ["ecs"];
  const vpcEndpoints = chance.of<Endpoints>([{ needs }, { needs }, { needs, services: ["s3"] }]);
  return {
    ...where,
    ...by,
    ...(endpoints ? { vpcEndpoints } : {}),
    ...(chance.is(0.1) ? { deletionPolicy: "Retain" } : {}),
    ...(chance.is(0.2) ? { tags: { team: chance.of(["a", "b"]) } } : {}),
  };
}

/** @param network undefined: subnets and groups by ID */
function placedAt(spec: Spec, { subnets, preflight }: Placement, network: Reference | undefined): Spec {
  if (spec.computeResources === undefined) return spec;
  const { subnets: given, securityGroupIds, ...resources } = spec.computeResources;
  const byId = {
    subnets: subnets === "closed" || subnets === "bothClosed" ? closed[subnets] : given,
    securityGroupIds,
  };
  return {
    ...spec,
    computeResources: { ...resources, ...(network === undefined ? byId : { networkRef: network }) },
    ...(preflight === "Warn" ? {} : { network: { preflight } }),
  };
}

/**
 * The same steps, in which environments live in the network of the account, and move about in it: by ID, or by a network
 * that is applied before or after them. Users edit networks and delete them while they are used, withdraw what they allow,
 * and apply them again.
 *
 * @param own what is decided about the networks alone
 */
export function inNetwork(steps: readonly Step[], chance: Chance, own: Chance): Step[] {
  const placements = new Map<string, Placement>();
  const chosen = new Map<string, Reference>();
  const specs = new Map<Reference, Partial<BatchNetworkSpec>>();
  const applied = (network: Reference, spec: Partial<BatchNetworkSpec>): Act => {
    specs.set(network, spec);
    return { kind: "apply", manifest: networkManifest(network, spec) };
  };
  const placed = steps.flatMap((step): readonly Step[] => {
    const { act, at } = step;
    if (act.kind !== "apply" || act.manifest.kind !== "BatchComputeEnvironment") return [step];
    const { name } = act.manifest.metadata;
    const spec = act.manifest.spec as Spec;
    const before = placements.get(name);
    const now = before === undefined ? placementOf(chance) : chance.is(0.4) ? moved(before, chance) : before;
    placements.set(name, now);
    const stepIn = (network: Reference | undefined): Step => {
      const manifest = { ...act.manifest, spec: placedAt(spec, now, network) };
      return { ...step, act: { ...act, manifest } };
    };
    if (isById(now)) return [stepIn(undefined)];
    const known = chosen.get(name);
    const network = known === undefined || own.is(0.15) ? own.of(references) : known;
    chosen.set(name, network);
    if (now === before && network === known) return [stepIn(network)];
    const change = applied(network, networkSpec(now, spec.computeResources, own));
    return [{ at: at + own.of([0, 0, 5, 90]), act: change }, stepIn(network)];
  });
  const until = Math.max(0, ...steps.map(({ at }) => at));
  const happened = Array.from({ length: own.whole(0, 4) }, () => what(own, until, specs));
  return [...placed, ...happened.flat()];
}

/** What happens to a network at some time. */
function what(own: Chance, until: number, specs: ReadonlyMap<Reference, Partial<BatchNetworkSpec>>): readonly Step[] {
  if (specs.size === 0) return [];
  const [network, spec] = own.of([...specs]);
  const { name, namespace = "team" } = network;
  const at = own.number() * until;
  const applied = (changed: Partial<BatchNetworkSpec>, later = 0): Step => {
    return { at: at + later, act: { kind: "apply", manifest: networkManifest(network, changed) } };
  };
  switch (own.of(["edit", "edit", "withdraw", "delete", "delete"] as const)) {
    case "edit":
      return [applied(networkSpec(placementOf(own), undefined, own))];
    case "withdraw":
      return [applied({ ...spec, allowedNamespaces: { from: "Same" } })];
    case "delete": {
      const gone: Step = { at, act: { kind: "delete", of: "BatchNetwork", name, namespace } };
      return own.is(0.6) ? [gone, applied(spec, own.whole(1, 900))] : [gone];
    }
  }
}

/** The last word about a network: everybody may use it, and what it leaves behind goes. */
export function settledNetwork(spec: BatchNetworkSpec): BatchNetworkSpec {
  return { ...spec, allowedNamespaces: { from: "All" } };
}
