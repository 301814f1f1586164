import { tellPart } from "./part.ts";

tellPart(0, 4);
