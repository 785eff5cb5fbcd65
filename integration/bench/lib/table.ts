/** Numbers in rows and columns, printed when they are complete. */
export class Table {
  readonly #title: string;
  readonly #columns: readonly string[];
  readonly #rows: [name: string, values: readonly string[]][] = [];

  constructor(title: string, columns: readonly string[]) {
    this.#title = title;
    this.#columns = columns;
  }

  row(name: string, values: readonly number[]): void {
    this.#rows.push([name, values.map(format)]);
  }

  print(): void {
    const first = Math.max(this.#title.length, ...this.#rows.map(([name]) => name.length));
    const widths = this.#columns.map((column, at) =>
      Math.max(column.length, ...this.#rows.map(([, values]) => values[at]?.length ?? 0)),
    );
    const line = (name: string, values: readonly string[]) =>
      `${name.padEnd(first)}  ${values.map((value, at) => value.padStart(widths[at] ?? 0)).join("  ")}`;
    console.log(`\n${line(this.#title, this.#columns)}`);
    for (const [name, values] of this.#rows) console.log(line(name, values));
  }
}

function format(value: number): string {
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
