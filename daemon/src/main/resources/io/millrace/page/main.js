// Puts the page together: each event of the daemon goes through every part of it.
import { listen } from "./feed.js";
import { History } from "./rates.js";
import { Control } from "./control.js";
import { Summary } from "./summary.js";
import { Plots } from "./plots.js";
import { Rings } from "./rings.js";
import { Streams } from "./streams.js";
import { Targets } from "./targets.js";
import { startTheme } from "./theme.js";

const history = new History();
const control = new Control();
const plots = new Plots();
const parts = [new Summary(), plots, new Streams(control), new Rings(), new Targets()];

startTheme(() => plots.redress(history));

listen((report) => {
  if (history.add(report)) {
    control.allowed = report.control;
    for (const part of parts) {
      part.show(report, history);
    }
  }
});

document.getElementById("scope").addEventListener("change", () => plots.draw(history));
