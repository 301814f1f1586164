type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a status, with these members of one of them in place of those before. A member that is undefined goes, and so does
 * the field with its last member. Pure.
 */
export function withMembers(fields: Fields, name: string, members: Fields): Fields {
  const { [name]: before, ...rest } = fields;
  const entries = Object.entries({ ...(before as Fields | undefined), ...members });
  const all = entries.filter(([, value]) => value !== undefined);
  return all.length === 0 ? rest : { ...rest, [name]: Object.fromEntries(all) };
}
