import { matchesAny } from "../../controllers/ownership/glob.ts";
import type { Tags } from "../../controllers/ownership/ownership.ts";
import type { BatchRecords } from "../plan/copy/batch.ts";
import { type ImportedKind, importedKinds, type Members } from "./kinds.ts";
import { type NamedResource, resourceKey } from "./names.ts";
import type { SourceResource } from "./source.ts";

/** What an account has, and which part of it an import is about. Pure. */

/** AWS Batch of one region. */
export interface RegionRecords {
  readonly name: string;
  readonly records: BatchRecords;
}

export interface Found extends NamedResource {
  readonly importing: ImportedKind;
  readonly record: Members;
  readonly tags: Tags;
}

/** What another tool manages. */
export type ListedResource = NamedResource & Pick<SourceResource, "objectName">;

/** What is not imported. */
export interface Skipped extends NamedResource {
  readonly why: string;
  /** Nobody has to do anything about it: an object has it already, or it is about to go. */
  readonly isExpected?: true;
}

/** What the region has, by kind and name. */
export function foundIn({ name: region, records }: RegionRecords): readonly Found[] {
  return importedKinds.flatMap((importing) => {
    const { kind } = importing;
    return importing
      .records(records)
      .map((record): Found => {
        const awsName = importing.nameOf?.(record) ?? String(record[kind.awsName.field]);
        return { importing, kind: kind.kind, region, awsName, record, tags: (record["tags"] ?? {}) as Tags };
      })
      .sort((left, right) => (left.awsName < right.awsName ? -1 : 1));
  });
}

export interface Selection {
  /** Globs of names in AWS. */
  readonly names: readonly string[];
  /** The resources that another tool manages, where nothing else is imported. */
  readonly only?: readonly ListedResource[] | undefined;
}

export function selectedIn(all: readonly Found[], { names, only }: Selection): readonly Found[] {
  const keys = only === undefined ? undefined : new Set(only.map(resourceKey));
  return all.filter((one) => matchesAny(names, one.awsName) && keys?.has(resourceKey(one)) !== false);
}

export function resourceOf({ kind, region, awsName }: NamedResource): NamedResource {
  return { kind, region, awsName };
}
