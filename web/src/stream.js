// The chunks of an age payload (C2SP age, "Payload").

import { be, join } from "./bytes.js";

export const CHUNK = 65536;

export const nonceOf = (number, last) => join(be(number, 11), be(last ? 1 : 0, 1));
