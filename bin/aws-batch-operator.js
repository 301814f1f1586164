#!/usr/bin/env node
import { launch } from "./launch.js";

await launch("aws-batch-operator", "src/main.ts");
