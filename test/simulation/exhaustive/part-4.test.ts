import { tellPart } from "./part.ts";

tellPart(3, 4);
