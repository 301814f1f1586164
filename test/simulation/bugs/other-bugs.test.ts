import { plantsBugs } from "./plants-bugs.ts";

plantsBugs((index) => index % 3 !== 0);
