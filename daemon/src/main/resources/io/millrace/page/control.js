// Asks the daemon for changes, and the user for what that needs: a rate, and the token if the daemon wants one.

const message = document.getElementById("message");
const dialog = document.getElementById("ask");
const form = dialog.querySelector("form");
const input = document.getElementById("ask-value");

const UNAUTHORIZED = 401;

function say(text) {
  message.textContent = text;
  message.hidden = text === "";
}

/** What the user writes, or null. */
function ask({ title, label, note, type = "text", value = "" }) {
  document.getElementById("ask-title").textContent = title;
  document.getElementById("ask-label").textContent = label;
  document.getElementById("ask-note").textContent = note;
  input.type = type;
  input.value = value;
  return new Promise((resolve) => {
    const end = (answer) => {
      dialog.removeEventListener("close", cancelled);
      dialog.close();
      input.value = "";
      resolve(answer);
    };
    const cancelled = () => end(null);
    dialog.addEventListener("close", cancelled);
    document.getElementById("ask-cancel").onclick = cancelled;
    form.onsubmit = (event) => {
      event.preventDefault();
      end(input.value.trim());
    };
    dialog.showModal();
    input.select();
  });
}

export class Control {
  /** {on, token}: whether changes are allowed, and whether they need a token. */
  allowed = { on: false, token: false };
  /** Kept as long as the page is open, and nowhere else. */
  #token = "";

  async askRate(stream, pace) {
    const rate = await ask({
      title: `Rate of ${stream}`,
      label: "Rate",
      note: "50 Mbit/s, 100000/s (datagrams) or unlimited. Until the next reload.",
      value: pace,
    });
    if (rate) {
      await this.change(stream, "rate", rate);
    }
  }

  /** A verb of a stream; what comes of it is in the next event, and a failure in the line at the top. */
  async change(stream, verb, body = "") {
    say("");
    try {
      const answer = await this.#post(`api/v1/streams/${encodeURIComponent(stream)}/${verb}`, body);
      if (answer && !answer.ok) {
        say(`${stream}: ${await reason(answer)}`);
      }
    } catch (failure) {
      say(`${stream}: no answer from the daemon (${failure.message})`);
    }
  }

  /** Null: the user gave no token. */
  async #post(path, body) {
    let note = "The first line of the daemon's admin.token-file. It is kept until the page is closed.";
    for (;;) {
      if (this.allowed.token && this.#token === "") {
        const token = await ask({ title: "Token", label: "Token", note, type: "password" });
        if (!token) {
          return null;
        }
        this.#token = token;
      }
      const headers = { "Content-Type": "text/plain; charset=utf-8" };
      if (this.#token !== "") {
        headers.Authorization = `Bearer ${this.#token}`;
      }
      const answer = await fetch(path, { method: "POST", headers, body });
      if (answer.status !== UNAUTHORIZED || !this.allowed.token) {
        return answer;
      }
      this.#token = "";
      note = "That was not the daemon's token.";
    }
  }
}

async function reason(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return `the daemon answers ${answer.status}`;
  }
}
