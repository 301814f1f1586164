import type { CustomResourceDefinition } from "../crd.ts";
import json from "./crds.json" with { type: "json" };

/**
 * The custom resource definitions at run time. They are a JSON module, so they load without zod, from source and
 * from the bundle alike. (The checker reads every text in JSON as `string`; a test compares them with the source.)
 */
export const crds = json as unknown as readonly CustomResourceDefinition[];
