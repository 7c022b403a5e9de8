/** Puts the newer copy of this page in place as soon as nobody is using the old one, with our own entries in it at once. */

import { swapped } from "../readers.js";
import { isInUse, on, say } from "../tablet.js";

const LOOK_AGAIN = 3_000;

let isStale = false;

on(["pages"], ({ urls, build }) => {
  // A page of one thing (its address ends in an id) is in no pack: whatever changed may have changed it.
  const isHere = urls?.includes(location.pathname) || (urls?.length && /-[0-9a-f]{12}$/.test(location.pathname));
  // Those of the next worker are not for us yet.
  if (!isHere || build !== document.documentElement.dataset.build || isStale) return;
  isStale = true;
  void renew();
});

async function renew() {
  if (isInUse()) return void later();
  isStale = false;
  const page = await fetched();
  const main = page?.querySelector("main");
  if (!page || !main) return;
  // In a document without script the parser opens <noscript>; its fields would be sent with the form.
  for (const part of main.querySelectorAll("noscript")) part.remove();
  const mark = page.querySelector('meta[name="threshold-mark"]')?.getAttribute("content") ?? "";
  const focused = document.activeElement?.id;
  await swapped(mark, () => {
    if (isInUse()) return later(); // somebody began to type while we fetched and looked
    document.querySelector('meta[name="threshold-mark"]')?.setAttribute("content", mark);
    // What was unfolded to be read or filled in stays so; where there are others now, nobody can tell which.
    const folds = /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("main details")), fresh = main.querySelectorAll("details");
    if (folds.length === fresh.length) fresh.forEach((fold, at) => { fold.open = folds[at].open; });
    document.querySelector("main")?.replaceWith(document.adoptNode(main));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return true;
  }) && say({ type: "post" });
}

function later() {
  isStale = true;
  setTimeout(renew, LOOK_AGAIN);
  return false;
}

/** @returns {Promise<Document | null>} */
function fetched() {
  return new Promise((resolve) => {
    const asked = new XMLHttpRequest();
    asked.open("GET", location.pathname);
    asked.responseType = "document";
    asked.onload = () => resolve(asked.status === 200 ? asked.responseXML : null);
    asked.onerror = () => resolve(null);
    asked.send();
  });
}
