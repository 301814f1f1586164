/**
 * About how many bytes of memory a JSON value takes: its texts, one byte for each character or two where one needs them, and
 * 16 for each text, member and entry. Linear in its size.
 */
export function weightOf(value: unknown): number {
  if (typeof value === "string") return frame + value.length * (/[^\0-\xff]/.test(value) ? 2 : 1);
  if (typeof value !== "object" || value === null) return 0;
  let weight = frame;
  // The keys of declared fields are shared by all objects; those of maps are not, and the frame is about theirs.
  if (Array.isArray(value)) for (const item of value) weight += frame + weightOf(item);
  else
    for (const key in value) weight += frame + key.length + weightOf((value as Readonly<Record<string, unknown>>)[key]);
  return weight;
}

const frame = 16;
