const reservedWords = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** By name of a field of a schema. */
const celNames = new Map<string, string>();

/** A field name as CEL sees it (Kubernetes: "Validation rules", escaping). */
export function celName(field: string): string {
  const known = celNames.get(field) ?? escaped(field);
  celNames.set(field, known);
  return known;
}

function escaped(field: string): string {
  if (reservedWords.has(field)) return `__${field}__`;
  return field
    .replaceAll("__", "__underscores__")
    .replaceAll(".", "__dot__")
    .replaceAll("-", "__dash__")
    .replaceAll("/", "__slash__");
}
