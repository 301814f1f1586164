import json from "./batch.json" with { type: "json" };

/** The type of a member. Batch has no others: its times are numbers, and most numbers are integers. */
export type MemberType =
  | "string"
  | "number"
  | "boolean"
  | { readonly enum: string }
  | { readonly structure: string }
  | { readonly list: MemberType }
  | { readonly map: MemberType };

export interface Structure {
  readonly required: readonly string[];
  readonly members: Readonly<Record<string, MemberType>>;
}

export interface Operation {
  readonly method: string;
  /** `{resourceArn}` in it is a member of the input. */
  readonly path: string;
  /** Names of structures. */
  readonly input: string;
  readonly output: string;
}

/** The API of AWS Batch (2016-08-10), as the SDK's schemas describe it. */
export interface BatchModel {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly structures: Readonly<Record<string, Structure>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

/** Generated from the installed SDK by `npm run generate`. */
export const batchModel = json as unknown as BatchModel;

/** @throws Error if the structure is not in the model, which is a fault of the caller */
export function structureOf(name: string): Structure {
  const found = batchModel.structures[name];
  if (found === undefined) throw new Error(`the model of Batch has no structure ${name}`);
  return found;
}
