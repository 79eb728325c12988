/* Days as people write them: "1 May 2026", "1/5/2026", "2026-05-01"; and the browser's calendar. */
window.plimsoll = window.plimsoll || {};

(function () {
  const MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ];
  const FIELDS = new Set(["from", "to", "on"]);
  const UNREAD = "Write a day such as 1 May 2026";
  const two = (number) => String(number).padStart(2, "0");

  /* The ISO form of a day that there is, null for one that there is not. */
  const iso = (year, month, day) => {
    const made = new Date(Date.UTC(year, month - 1, day));
    const real = made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
    return real && year > 1900 && year < 2200 ? `${year}-${two(month)}-${two(day)}` : null;
  };
  const monthOf = (name) => {
    const found = MONTHS.filter((month) => month.startsWith(name.toLowerCase()));
    return name.length >= 3 && found.length === 1 ? MONTHS.indexOf(found[0]) + 1 : 0;
  };
  const READERS = [
    [/^(\d{4})-(\d{1,2})-(\d{1,2})$/, (y, m, d) => iso(+y, +m, +d)],
    [/^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/, (d, m, y) => iso(+y, +m, +d)],
    [/^(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]+)\.?,?\s+(\d{4})$/i, (d, m, y) => iso(+y, monthOf(m), +d)],
    [/^([a-z]+)\.?\s+(\d{4})$/i, (m, y) => iso(+y, monthOf(m), 1)],
  ];

  /* "" for an empty field, null for what cannot be read, else the ISO form. */
  const read = (text) => {
    const said = String(text || "").trim();
    if (!said) return "";
    for (const [pattern, reader] of READERS) {
      const parts = pattern.exec(said);
      if (parts) return reader(...parts.slice(1));
    }
    return null;
  };
  const inWords = (day) => {
    const [year, month, date] = day.split("-").map(Number);
    const name = MONTHS[month - 1];
    return `${date} ${name[0].toUpperCase()}${name.slice(1)} ${year}`;
  };

  /* What the address shall hold of a field, whose text is put into words or marked as unread. */
  const settled = (id, text) => {
    const day = read(text);
    const { set_props } = window.dash_clientside;
    if (day === null) {
      set_props(id, { error: UNREAD });
      return new URLSearchParams(window.location.search).get(id.filter) || "";
    }
    set_props(id, { error: null });
    if (day && text !== inWords(day)) set_props(id, { value: inWords(day) });
    return day;
  };

  const choose = (button) => {
    const field = button.closest(".mantine-Input-wrapper").querySelector("input");
    const picker = document.createElement("input");
    picker.type = "date";
    picker.className = "pl-picker";
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    picker.value = read(field.value) || "";
    const done = () => picker.remove();
    picker.addEventListener("change", () => {
      if (!picker.value) return;
      window.dash_clientside.set_props(JSON.parse(field.id), { value: inWords(picker.value) });
    });
    picker.addEventListener("blur", done);
    button.parentElement.querySelectorAll(".pl-picker").forEach((old) => old.remove());
    button.after(picker);
    try {
      picker.showPicker();
    } catch (refused) {
      /* A browser without a calendar to open: the day is typed. */
      done();
      field.focus();
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".pl-pick");
    if (button) choose(button);
  });
  /* Return in a field is no wish to load the page anew. */
  document.addEventListener("submit", (event) => event.preventDefault());

  window.plimsoll.days = { fields: FIELDS, read, inWords, settled };
})();
