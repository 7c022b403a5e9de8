/** The enrolment page: a typed code goes with what the server knows this browser's store by; a claim waits for its approval. */

import { introduction } from "../outbox/parcel.js";
import { store } from "../tablet.js";

const LOOK = 2_000;

class EnrolForm extends HTMLElement {
  connectedCallback() {
    if (this.hasAttribute("waiting")) setInterval(() => this.#look(), LOOK);
    else this.addEventListener("submit", this);
  }

  /** @param {Event} event */
  handleEvent(event) {
    event.preventDefault();
    // Without a store or keys it is enrolled all the same.
    void introduction(store).catch(() => null).then((shown) => {
      /** @type {HTMLInputElement} */ (this.querySelector("[name=store]")).value = JSON.stringify(shown);
      this.#submit();
    });
  }

  // private

  #look() {
    fetch(location.href, { method: "HEAD" }).then(({ status }) => status === 200 && this.#submit(), () => {});
  }

  #submit() {
    this.querySelector("form")?.submit();
  }
}

customElements.define("enrol-form", EnrolForm);
