/** All of a tablet that keeps and sends: what a recording freezes. */

import { Courier } from "../../webapp/static/js/outbox/courier.js";
import { Outbox } from "../../webapp/static/js/outbox/outbox.js";
import { fold, markOf } from "../../webapp/static/js/outbox/overlay.js";
import { Store } from "../../webapp/static/js/outbox/store.js";

export const client = { Courier, Outbox, Store, fold, markOf };
