/**
 * So many VPCs of one object are read: it has left one, or a few. Whoever writes the object writes the note too, and each
 * VPC costs calls of EC2 that all objects share.
 */
const mostNoted = 4;

/** The VPCs in a note on an object, separated by commas. What is not the ID of a VPC, and what is too many, counts as not noted. */
export function notedVpcs(note: string | undefined): readonly string[] {
  if (note === undefined) return [];
  const ids = note.split(",").filter((id) => /^vpc-[0-9a-z]{1,17}$/.test(id));
  return [...new Set(ids)].slice(0, mostNoted);
}
