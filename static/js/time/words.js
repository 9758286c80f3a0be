// Times in words.

/** 1:02:03.450; as many decimals as asked. @param {number} seconds */
export function clock(seconds, decimals = 3) {
  const sign = seconds < 0 ? "−" : "";
  const whole = Math.round(Math.abs(seconds) * 10 ** decimals);
  const rest = (whole % (60 * 10 ** decimals)) / 10 ** decimals;
  const minutes = Math.floor(whole / 10 ** decimals / 60);
  const two = rest.toFixed(decimals).padStart(decimals ? decimals + 3 : 2, "0");
  const hours = Math.floor(minutes / 60);
  return hours ? `${sign}${hours}:${String(minutes % 60).padStart(2, "0")}:${two}` : `${sign}${minutes}:${two}`;
}

/** As it is stored: to the millisecond. @param {number} seconds */
export const toMillisecond = (seconds) => Math.round(seconds * 1000) / 1000;
