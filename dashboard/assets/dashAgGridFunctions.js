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

  formats.words = function (value) {
    return missing(value) ? NO_DATA : String(value);
  };

  formats.day = function (value) {
    return missing(value) ? NO_DATA : longDate.format(new Date(value));
  };
})();
