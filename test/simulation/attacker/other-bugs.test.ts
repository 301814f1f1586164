import { findsBugs } from "../finds-bugs.ts";
import { tenantBugs } from "./bugs.ts";

findsBugs(tenantBugs, "attacker/hunt.ts", (index) => index % 3 !== 0);
