// Sorting, filtering and downloading of the tables of a page. Without it, tables are as they are. No network, no storage.
(() => {
  "use strict";
  const words = JSON.parse(document.getElementById("words").textContent);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const raw = (cell) => cell.dataset.v ?? cell.textContent.trim();
  const inOrder = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const status = document.body.appendChild(document.createElement("p"));
  status.className = "unseen";
  status.setAttribute("role", "status");

  function compare(a, b, isNumber, sign) {
    if (a === "" || b === "") return (a === "") - (b === ""); // what is unknown stays last
    return sign * (isNumber ? a - b : inOrder.compare(a, b));
  }

  function sortable(table, rows) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const title = head.textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.replaceChildren(button);
      const isNumber = rows.every((row) => { const v = raw(row.cells[column]); return v === "" || (row.cells[column].dataset.v !== undefined && !isNaN(v)); });
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")] ?? "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        if (next !== "none") head.setAttribute("aria-sort", next);
        const sign = next === "descending" ? -1 : 1;
        const values = new Map(rows.map((row) => [row, raw(row.cells[column])]));
        const sorted = next === "none" ? rows : [...rows].sort((a, b) => compare(values.get(a), values.get(b), isNumber, sign));
        table.tBodies[0].append(...sorted);
        status.textContent = fill(words[next], { column: title });
      });
    });
  }

  function filter(rows, text) {
    const wanted = text.trim().toLocaleLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    const shown = rows.filter((row) => !row.hidden).length;
    status.textContent = fill(words.shown, { shown, rows: rows.length });
  }

  function csv(table) {
    const field = (cell) => {
      const value = raw(cell);
      const isNumber = cell.dataset.v !== undefined && value !== "" && !isNaN(value);
      const safe = !isNumber && /^[=+\-@\t\r−]/.test(value) ? `'${value}` : value; // a spreadsheet takes it for text
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const rows = [table.tHead.rows[0], ...[...table.tBodies[0].rows].filter((row) => !row.hidden)];
    return "\ufeff" + rows.map((row) => [...row.cells].map(field).join(",")).join("\r\n") + "\r\n";
  }

  function download(table, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }));
    link.download = `${name.replace(/[\\/:*?"<>|\s]+/g, " ").trim().slice(0, 80)}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    status.textContent = fill(words.saved, { name: link.download });
  }

  for (const table of document.querySelectorAll("table.numbers")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 2) continue;
    const region = table.parentElement;
    const name = region.getAttribute("aria-label") || document.title;
    const tools = document.createElement("div");
    tools.className = "tools";
    if (rows.length >= 10) {
      const input = document.createElement("input");
      input.type = "search";
      input.placeholder = words.filter;
      input.setAttribute("aria-label", `${words.filter}: ${name}`);
      input.addEventListener("input", () => filter(rows, input.value));
      tools.append(input);
    }
    const save = document.createElement("button");
    save.type = "button";
    save.textContent = words.download;
    save.setAttribute("aria-label", `${words.download}: ${name}`);
    save.addEventListener("click", () => download(table, `${document.title} ${name}`));
    tools.append(save);
    region.before(tools);
    sortable(table, rows);
  }

  const regions = [...document.querySelectorAll(".scroll")];
  const reachable = () => regions.forEach((r) => { r.tabIndex = r.scrollWidth > r.clientWidth ? 0 : -1; }); // only those that scroll
  addEventListener("resize", reachable);
  addEventListener("toggle", reachable, true);
  reachable();
})();
