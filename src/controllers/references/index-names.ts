import { sharedParts } from "../../network/port.ts";

/** By what the caches find objects: see `indexes`. */
export const indexNames = [
  "referred",
  "naming",
  "named",
  "namespace",
  "place",
  "role",
  "vpc",
  "asked",
  ...sharedParts,
] as const;

export type IndexName = (typeof indexNames)[number];
