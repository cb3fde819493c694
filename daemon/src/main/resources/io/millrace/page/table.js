// A table whose rows are made once and then only told what has changed, so that an update lays out what moved and no more.

/**
 * Columns are {title, number: whether it is one, wraps: whether it may be long, text: (row) => string} or {title, build: (cell)
 * => void, update: (cell, row) => void}. Each cell carries its title, for narrow screens that show rows as cards.
 */
export class Table {
  #columns;
  #body;
  #rows = new Map();

  constructor(table, caption, columns) {
    this.#columns = columns;
    table.createCaption().textContent = caption;
    const head = table.createTHead().insertRow();
    for (const column of columns) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = column.title;
      cell.classList.toggle("number", Boolean(column.number));
      head.append(cell);
    }
    this.#body = table.createTBody();
  }

  /** Shows these rows in this order; key tells which is which from one time to the next. */
  show(rows, key) {
    const gone = new Set(this.#rows.keys());
    rows.forEach((row, index) => {
      const name = key(row, index);
      gone.delete(name);
      let element = this.#rows.get(name);
      if (!element) {
        element = this.#make();
        this.#rows.set(name, element);
      }
      if (this.#body.rows[index] !== element) {
        this.#body.insertBefore(element, this.#body.rows[index] ?? null);
      }
      this.#columns.forEach((column, number) => update(element.cells[number], column, row));
    });
    for (const name of gone) {
      this.#rows.get(name).remove();
      this.#rows.delete(name);
    }
  }

  #make() {
    const element = document.createElement("tr");
    for (const column of this.#columns) {
      const cell = element.insertCell();
      cell.dataset.title = column.title;
      cell.classList.toggle("number", Boolean(column.number));
      cell.classList.toggle("wraps", Boolean(column.wraps));
      column.build?.(cell);
    }
    return element;
  }
}

function update(cell, column, row) {
  if (column.update) {
    column.update(cell, row);
  } else {
    setText(cell, column.text(row));
  }
}

/** Writes only what is different: even an equal text would be laid out anew. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** A button in a cell; what it does gets the row that the cell shows by then. */
export function button(cell, className, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.addEventListener("click", () => onClick(cell.row));
  cell.append(element);
  return element;
}
