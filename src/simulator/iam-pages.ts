import { pageOf } from "./records.ts";

export interface Marked {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** One page, as IAM returns it. */
export function markedPage<T>(
  all: readonly T[],
  { Marker: marker, MaxItems: most }: Marked,
  largest: number,
): { readonly items: T[]; readonly IsTruncated: boolean; readonly Marker?: string } {
  const { page, nextToken } = pageOf(all, { maxResults: most, nextToken: marker }, largest);
  return {
    items: page,
    IsTruncated: nextToken !== undefined,
    ...(nextToken === undefined ? {} : { Marker: nextToken }),
  };
}
