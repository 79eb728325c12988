/* Formats for grid cells: grouped numbers, percentages, and "no data" for what is unknown.
   A cell of a row that is still on its way is empty. */
var formats = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

(function () {
  const NO_DATA = "no data";
  const grouped = (decimals) =>
    new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  const whole = grouped(0);
  const tenths = grouped(1);
  const hundredths = grouped(2);
  const missing = (value) => value === null || value === undefined || value === "";
  const longDate = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });

  const format = (words) => (value, row) => {
    if (row === undefined) return "";
    return missing(value) ? NO_DATA : words(value);
  };

  formats.number = format((value) => {
    if (Number.isInteger(value) || Math.abs(value) >= 1000) return whole.format(value);
    return (Math.abs(value) >= 10 ? tenths : hundredths).format(value);
  });

  formats.share = format((value) => `${tenths.format(100 * value)}%`);

  /* As reports/wording.py says a length of time: "40 seconds", "1.4 hours", "3 days". */
  const counted = (value, unit) => {
    const fine = value < 10 && (unit === "hour" || unit === "day");
    const said = (fine ? tenths : whole).format(value).replace(/\.0$/, "");
    return `${said} ${unit}${said === "1" ? "" : "s"}`;
  };

  formats.duration = format((seconds) => {
    if (seconds < 60) return counted(seconds, "second");
    if (seconds < 3600) return counted(seconds / 60, "minute");
    if (seconds < 172800) return counted(seconds / 3600, "hour");
    return counted(seconds / 86400, "day");
  });

  formats.words = format(String);

  formats.day = format((value) => longDate.format(new Date(value)));

  /* The clock of the text itself, whatever zone the browser is in. */
  formats.moment = format(
    (value) => `${longDate.format(new Date(value.slice(0, 10)))}, ${value.slice(11, 16)}`
  );
})();
