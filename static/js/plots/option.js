// What the server says of a plot, as ECharts wants it. Colours are the page's tokens.
import { colour } from "../core/theme.js";

const LABEL = { fontSize: 11, fontFamily: "inherit" };
const PHONE = 480;
const DAY = 86_400_000;

/** @typedef {{x?: string | number, y: number | null, low?: number | null, high?: number | null, mark?: string, note?: string}} Point */
/** @typedef {{name: string, points: Point[], colour?: number, is_band?: boolean, is_curve?: boolean, is_thin?: boolean, is_dots?: boolean, is_forecast?: boolean}} Series */
/** @typedef {{series: Series[], words: string, x: string, x_name?: string, categories?: string[], ends: number[], is_count?: boolean, is_keyed?: boolean, goal?: {y: number, text: string} | null, events?: {x: string, text: string}[]}} Spec */

/** .784, 1, −.2: as everywhere. @param {number} value */
function coefficient(value) {
  const text = Math.abs(value).toFixed(3).replace(/\.?0+$/, "").replace(/^0(?=.)/, "");
  return value < 0 ? `−${text || "0"}` : text || "0";
}

/** @param {number} value */
function count(value) {
  return value >= 10_000 ? `${value / 1000}k` : value.toLocaleString("en");
}

/** @param {Spec} spec @param {number} width */
export function option(spec, width) {
  const ink = colour("--ink-3");
  const many = spec.is_keyed || spec.series.some((one) => one.is_thin);
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: true, label: { enabled: false } },
    grid: { left: 8, right: 16, top: 22, bottom: many ? 52 : spec.x_name ? 26 : 8, containLabel: true },
    legend: {
      show: many,
      // Intervals have the names of their lines.
      data: spec.series.map((one) => one.name),
      bottom: 0,
      left: "center",
      itemWidth: 14,
      itemHeight: 8,
      textStyle: { ...LABEL, color: colour("--ink-2") },
    },
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("--surface"),
      borderColor: colour("--line"),
      textStyle: { color: colour("--ink"), fontSize: 12 },
      formatter: (/** @type {any} */ at) => `${at.seriesName}\n${at.data.note ?? ""}`,
    },
    xAxis: xAxis(spec, width, ink),
    yAxis: {
      type: "value",
      min: spec.ends[0],
      max: spec.ends[1],
      splitNumber: 5,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...LABEL, color: ink, formatter: spec.is_count ? count : coefficient },
      splitLine: { lineStyle: { color: colour("--line") } },
    },
    series: spec.series.flatMap((one, place) => drawn(one, spec, place)),
  };
}

/** @param {Spec} spec @param {number} width @param {string} ink */
function xAxis(spec, width, ink) {
  const axis = {
    // A time is a number here: the library's own axis of times sets its labels by its own lights.
    type: spec.x === "category" ? "category" : "value",
    axisLine: { onZero: false, lineStyle: { color: colour("--control") } },
    axisTick: { show: false },
    axisLabel: { ...LABEL, color: ink, hideOverlap: true, formatter: /** @type {any} */ (undefined) },
    splitLine: { show: false },
    splitNumber: width < PHONE ? 3 : 6,
    name: spec.x_name,
    nameLocation: "middle",
    nameGap: 26,
    nameTextStyle: { ...LABEL, color: ink },
  };
  if (spec.x === "category") return { ...axis, data: spec.categories, boundaryGap: true };
  if (spec.x === "value") return { ...axis, axisLabel: { ...axis.axisLabel, formatter: count } };
  const label = { ...axis.axisLabel, customValues: days(spec, width < PHONE ? 3 : 6), formatter: day };
  return { ...axis, min: "dataMin", max: "dataMax", axisLabel: label };
}

/** Days at even distances from the first to the last. @param {Spec} spec @param {number} most */
function days(spec, most) {
  const times = spec.series.flatMap((one) => one.points.map((point) => Date.parse(String(point.x))));
  const first = Math.min(...times);
  const whole = Math.round((Math.max(...times) - first) / DAY);
  const step = Math.max(1, Math.ceil(whole / (most - 1)));
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, i) => first + i * step * DAY);
}

/** @param {string | number | undefined} x @param {number} i @param {Spec} spec */
function placeOf(x, i, spec) {
  if (spec.x === "category") return i;
  return spec.x === "time" ? Date.parse(String(x)) : x;
}

/** @param {number} time */
function day(time) {
  return new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

/** @param {Series} one @param {Spec} spec @param {number} place */
function drawn(one, spec, place) {
  const hue = one.colour ? colour(`--l${one.colour}`) : colour("--accent");
  const data = one.points.map((point, i) => ({
    value: [placeOf(point.x, i, spec), point.y],
    note: point.note,
    symbol: symbolOf(point),
    itemStyle: styleOf(point, hue),
  }));
  const line = {
    type: "line",
    name: one.name,
    data,
    z: 3,
    connectNulls: false,
    showSymbol: !one.is_curve && !one.is_forecast,
    symbolSize: one.is_thin || spec.is_keyed ? 6 : 9,
    lineStyle: {
      color: hue,
      width: one.is_dots ? 0 : one.is_thin ? 1.5 : 2,
      type: one.is_forecast ? "dashed" : "solid",
    },
    itemStyle: { color: hue },
    emphasis: { disabled: true },
    markLine: place === 0 ? lines(spec) : undefined,
  };
  return one.points.some((point) => point.low != null) && !one.is_thin ? [whiskers(one, spec, hue), line] : [line];
}

/** @param {Point} point */
function symbolOf(point) {
  return point.mark === "below" ? "diamond" : "circle";
}

/** Filled, ring and diamond, as in the tables. @param {Point} point @param {string} hue */
function styleOf(point, hue) {
  if (point.mark === "undecided") return { color: colour("--surface"), borderColor: colour("--ink"), borderWidth: 1.75 };
  if (point.mark === "below") return { color: colour("--bad") };
  if (point.mark === "plain") return { color: colour("--ink-2") };
  return { color: hue };
}

/** The goal, and what happened when. @param {Spec} spec */
function lines(spec) {
  const data = [];
  if (spec.goal) {
    data.push({
      yAxis: spec.goal.y,
      lineStyle: { color: colour("--ink-3"), type: "dashed" },
      label: { formatter: spec.goal.text, position: "insideEndTop", color: colour("--ink"), fontSize: 11 },
    });
  }
  for (const event of spec.events ?? []) {
    data.push({
      xAxis: Date.parse(event.x),
      lineStyle: { color: colour("--control"), type: "dotted" },
      label: { formatter: event.text, position: "insideEndTop", rotate: 0, color: colour("--ink-3"), fontSize: 11 },
    });
  }
  return { silent: true, symbol: "none", data };
}

/** The intervals, as whiskers; of a band, wide and pale. @param {Series} one @param {Spec} spec @param {string} hue */
function whiskers(one, spec, hue) {
  const cap = 3.5;
  return {
    type: "custom",
    name: one.name,
    z: 2,
    silent: true,
    itemStyle: { color: hue },
    data: one.points
      .map((point, i) => [placeOf(point.x, i, spec), point.low, point.high])
      .filter(([, low, high]) => low != null && high != null),
    renderItem: (/** @type {any} */ _, /** @type {any} */ api) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      if (one.is_band) {
        const half = Math.min(28, api.size([1, 0])[0] * 0.36);
        return { type: "rect", shape: { x: x - half, y: high, width: 2 * half, height: low - high }, style: { fill: hue, opacity: 0.16 } };
      }
      const bar = (/** @type {number[]} */ [x1, y1, x2, y2]) => ({
        type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: spec.is_keyed ? hue : colour("--ink-2"), lineWidth: 1.5 },
      });
      return { type: "group", children: [bar([x, low, x, high]), bar([x - cap, low, x + cap, low]), bar([x - cap, high, x + cap, high])] };
    },
    encode: { x: 0, y: [1, 2] },
  };
}
