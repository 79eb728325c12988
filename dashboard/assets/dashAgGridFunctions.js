/* Formats for grid cells: grouped numbers, percentages, and "no data" for what is unknown. */
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

  formats.number = function (value) {
    if (missing(value)) return NO_DATA;
    if (Number.isInteger(value) || Math.abs(value) >= 1000) return whole.format(value);
    return (Math.abs(value) >= 10 ? tenths : hundredths).format(value);
  };

  formats.share = function (value) {
    return missing(value) ? NO_DATA : `${tenths.format(100 * value)}%`;
  };

  /* As reports/wording.py says a length of time: "40 seconds", "1.4 hours", "3 days". */
  const counted = (value, unit) => {
    const fine = value < 10 && (unit === "hour" || unit === "day");
    const said = (fine ? tenths : whole).format(value).replace(/\.0$/, "");
    return `${said} ${unit}${said === "1" ? "" : "s"}`;
  };

  formats.duration = function (seconds) {
    if (missing(seconds)) return NO_DATA;
    if (seconds < 60) return counted(seconds, "second");
    if (seconds < 3600) return counted(seconds / 60, "minute");
    if (seconds < 172800) return counted(seconds / 3600, "hour");
    return counted(seconds / 86400, "day");
  };

  formats.words = function (value) {
    return missing(value) ? NO_DATA : String(value);
  };

  formats.day = function (value) {
    return missing(value) ? NO_DATA : longDate.format(new Date(value));
  };

  /* The clock of the text itself, whatever zone the browser is in. */
  formats.moment = function (value) {
    if (missing(value)) return NO_DATA;
    return `${longDate.format(new Date(value.slice(0, 10)))}, ${value.slice(11, 16)}`;
  };
})();
