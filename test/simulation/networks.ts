/** `networks.ts COUNT`: what the preflight and a packet walker say of so many random networks; prints it in JSON. */

import process from "node:process";
import { compare, seeds } from "../network/agreement.ts";

const { differences, found } = compare(seeds(1, Number(process.argv[2])));
process.stdout.write(`${JSON.stringify({ differences, found: Object.fromEntries(found) })}\n`);
