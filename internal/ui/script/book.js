// @ts-check
// The contact book makes its pages on the server, and each of them works
// without scripts. These make it quicker: less is loaded, and keys do it.

import { reveal, whenShown } from "./page.js";
import "./swap.js";
import "./slide.js";
import "./keys.js";
import "./palette.js";
import "./select.js";
import "./copy.js";
import "./edit.js";
import "./local.js";
import "./toast.js";
import "./menu.js";
import "./follow.js";
import "./typed.js";
import "./upload.js";

whenShown(reveal);
