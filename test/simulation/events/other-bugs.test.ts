import { findsBugs } from "../finds-bugs.ts";
import { eventsBugs } from "./bugs.ts";

findsBugs(eventsBugs, "events/hunt.ts", (index) => index % 3 !== 0);
