import { findsBugs } from "../finds-bugs.ts";
import { jobBugs } from "./bugs.ts";

findsBugs(jobBugs, "jobs/hunt.ts", (index) => index % 3 !== 0);
