/** What of the program was called, by V8's counts. Pure. */

interface Script {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
  }[];
}

/** The part of the program that was called. */
export class Walked {
  /** Named functions, as file, name and place. */
  readonly functions: ReadonlySet<string>;
  /** Below `src`. */
  readonly files: ReadonlySet<string>;
  /** Of all functions, also those without a name. */
  readonly calls: number;

  constructor(functions: Iterable<string>, files: Iterable<string>, calls: number) {
    this.functions = new Set(functions);
    this.files = new Set(files);
    this.calls = calls;
  }

  with(other: Walked): Walked {
    return new Walked(
      [...this.functions, ...other.functions],
      [...this.files, ...other.files],
      this.calls + other.calls,
    );
  }
}

/**
 * @param source the URL of the folder whose scripts count, with a slash at its end
 * @param without the paths below it that do not
 */
export function walkedIn(scripts: readonly Script[], source: string, without: readonly RegExp[] = []): Walked {
  const called = scripts
    .filter(({ url }) => url.startsWith(source) && !without.some((form) => form.test(url.slice(source.length))))
    .flatMap(({ url, functions }) =>
      functions.flatMap(({ functionName: name, ranges: [whole] }) =>
        whole === undefined || whole.count === 0
          ? []
          : [{ file: url.slice(source.length), name, at: whole.startOffset, count: whole.count }],
      ),
    )
    // V8 counts the top level of a module as a function without a name.
    .filter(({ name, at }) => name !== "" || at > 0);
  return new Walked(
    called.flatMap(({ file, name, at }) => (name === "" ? [] : `${file} ${name} ${at}`)),
    called.map(({ file }) => file),
    called.reduce((sum, { count }) => sum + count, 0),
  );
}
