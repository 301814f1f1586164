import { type Family, families, type Odd } from "./instance-families.ts";

/**
 * What EC2's instance types hold, as a table in this file: reading them from EC2 would need a permission and would cost
 * the operator EC2's whole client. It knows the families that Batch's users use; of any other it says that it knows
 * nothing, never that something does not fit. Sizes as in EC2's documentation of instance types. Pure.
 */

export type Architecture = "x86_64" | "arm64";

export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  /** Nominal, MiB: what containers get is less, see `certainMemoryMib`. */
  readonly memoryMib: number;
  readonly gpus: number;
  readonly architecture: Architecture;
}

/**
 * The types behind one entry of `instanceTypes`: a type, a family, or a bundle such as `optimal`.
 * Undefined: not known.
 */
export type InstanceTypes = (entry: string) => readonly InstanceType[] | undefined;

/** What AWS has put into its bundles, now or before: it may choose from any of them. */
const bundles: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    optimal: ["c4", "m4", "r4", "c5", "m5", "r5", "m6i", "c6i", "r6i", "c7i"],
    default_x86_64: ["m6i", "c6i", "r6i", "c7i"],
    default_arm64: ["m6g", "c6g", "r6g", "c7g"],
  }),
);

const byFamily: ReadonlyMap<string, readonly InstanceType[]> = new Map(
  families.flatMap((family) => family.names.map((name) => [name, typesOf(name, family)] as const)),
);

/** Every type, family and bundle that the table knows. */
export const instanceTypeNames: readonly string[] = [
  ...bundles.keys(),
  ...[...byFamily].flatMap(([family, types]) => [family, ...types.map(({ name }) => name)]),
];

/** The table of this file. */
export const knownInstanceTypes: InstanceTypes = (entry) => {
  const bundle = bundles.get(entry);
  if (bundle !== undefined) return bundle.flatMap((family) => byFamily.get(family) ?? []);
  const [family = "", size] = entry.split(".");
  const types = byFamily.get(family);
  if (types === undefined || size === undefined) return types;
  const found = types.filter(({ name }) => name === entry);
  return found.length === 0 ? undefined : found;
};

/**
 * More than this of a machine's memory no container gets, on whatever kernel: the kernel's own page tables take a
 * sixty-fourth, the ECS agent keeps 32 MiB. (An m4.large of 8192 MiB registers 7985.)
 */
export function certainMemoryMib({ memoryMib }: InstanceType): number {
  return Math.floor((memoryMib * 63) / 64) - 32;
}

/** What a container can rely on: more than this of the nominal memory often does not fit. */
export function usualMemoryMib({ memoryMib }: InstanceType): number {
  return Math.floor(memoryMib * 0.92);
}

/** From the families that are proposed to users, the smallest type that holds as much. */
export function smallestHolding(needs: {
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  readonly architecture: Architecture | undefined;
}): InstanceType | undefined {
  const architecture = needs.architecture ?? "x86_64";
  const proposed =
    needs.gpus > 0
      ? ["g5", "g6e", "p4d", "p5"]
      : architecture === "arm64"
        ? ["c7g", "m7g", "r7g"]
        : ["c6i", "m6i", "r6i", "x2iedn"];
  const holding = proposed
    .flatMap((family) => byFamily.get(family) ?? [])
    .filter((type) => type.vcpus >= needs.vcpus && type.gpus >= needs.gpus && usualMemoryMib(type) >= needs.memoryMib)
    .filter((type) => type.architecture === architecture && !type.name.includes("metal"));
  // Of machines with GPUs the older family costs less, whatever the size.
  const [first] = holding;
  const candidates =
    needs.gpus === 0 ? holding : holding.filter(({ name }) => familyOf(name) === familyOf(first?.name));
  return candidates.sort((left, right) => left.vcpus - right.vcpus || left.memoryMib - right.memoryMib)[0];
}

function familyOf(name = ""): string {
  return name.slice(0, name.indexOf("."));
}

/** The instance types of a family of this name, one for each size. */
export function typesOf(family: string, { architecture = "x86_64", ratio, sizes, odd = [] }: Family): InstanceType[] {
  const regular = sizes.split(" ").filter((size) => size !== "");
  const all: Odd[] = [...regular.map((size): Odd => [size, vcpusOf(size), vcpusOf(size) * ratio]), ...odd];
  return all.map(([size, vcpus, memoryGib, gpus = 0]) => {
    return { name: `${family}.${size}`, vcpus, memoryMib: Math.round(memoryGib * 1024), gpus, architecture };
  });
}

function vcpusOf(size: string): number {
  if (size === "medium") return 1;
  if (size === "large") return 2;
  const times = /^(\d*)xlarge$/.exec(size)?.[1] ?? "";
  return 4 * Number(times === "" ? 1 : times);
}
