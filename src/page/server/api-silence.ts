/** Whether the API server answers the page: what the page has of the cluster is as old as the last answer. */
export class ApiSilence {
  readonly #now: () => number;
  #since: number | undefined;

  /** @param now wall ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param status HTTP status of an answer; undefined: there was none */
  onAnswer(status: number | undefined): void {
    this.#since = status === undefined ? (this.#since ?? this.#now()) : undefined;
  }

  /** A sentence; none while it answers. */
  get problems(): readonly string[] {
    if (this.#since === undefined) return [];
    const since = new Date(this.#since).toISOString().slice(0, 19).replace("T", " ");
    return [`The API server has given no answer since ${since} UTC: the objects are shown as they were then.`];
  }
}
