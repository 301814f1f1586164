/** By what the caches find objects: see `indexes`. */
export const indexNames = ["referred", "naming", "named", "namespace", "place", "role", "vpc"] as const;

export type IndexName = (typeof indexNames)[number];
