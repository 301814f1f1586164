import { configureGlobal } from "fast-check";

/** A failing property prints its seed; `FC_SEED` replays it. */
const seed = process.env["FC_SEED"];
if (seed !== undefined) configureGlobal({ seed: Number(seed) });
