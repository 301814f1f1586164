import type { StructuralSchema } from "../../api/crd.ts";
import { isRecord } from "./defaults.ts";
import { type Finding, type Path, pathText, valueText } from "./problem.ts";

/** Entries that a list of type set or map holds twice. */
export function duplicateFindings(schema: StructuralSchema, value: unknown, path: Path = []): Finding[] {
  const { items, properties = {}, additionalProperties } = schema;
  if (Array.isArray(value)) {
    const inside =
      items === undefined
        ? []
        : value.flatMap((item: unknown, index) => duplicateFindings(items, item, [...path, index]));
    return [...duplicates(schema, value, path), ...inside];
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const child = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    return child === undefined ? [] : duplicateFindings(child, member, [...path, key]);
  });
}

function duplicates(schema: StructuralSchema, list: readonly unknown[], path: Path): Finding[] {
  const keysOf = identityOf(schema);
  if (keysOf === undefined) return [];
  const first = new Map<string, number>();
  return list.flatMap((item, index) => {
    const identity = keysOf(item);
    if (identity === undefined) return [];
    const before = first.get(identity.key);
    if (before === undefined) {
      first.set(identity.key, index);
      return [];
    }
    const message = `${identity.text} is already in ${pathText([...path, before])}: remove one of the two`;
    return [{ path: [...path, index], message, found: identity.text }];
  });
}

interface Identity {
  readonly key: string;
  /** For people; may be cut. */
  readonly text: string;
}

/** What makes two entries one; undefined for lists of other types, and for an entry whose keys are not all there. */
function identityOf(schema: StructuralSchema): ((item: unknown) => Identity | undefined) | undefined {
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return (item) => ({ key: JSON.stringify(item), text: valueText(item) });
    case "map": {
      const keys = schema["x-kubernetes-list-map-keys"] ?? [];
      return (item) => {
        if (!isRecord(item) || keys.some((key) => item[key] === undefined)) return undefined;
        return {
          key: JSON.stringify(keys.map((key) => item[key])),
          text: keys.map((key) => `${key} ${valueText(item[key])}`).join(", "),
        };
      };
    }
    default:
      return undefined;
  }
}
