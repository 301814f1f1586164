/** A run is to end now. */
export class Interrupted extends Error {
  constructor() {
    super("the run was interrupted");
  }
}
