// The points of the map, as ECharts wants them. A kind has its own shape: colour alone tells nobody.
import { colour } from "../core/theme.js";

/** @typedef {{name: string, kind: string, colour: number}} Name */
/** @typedef {{x: number[], y: number[], task: number[], series: number[], names: Name[]}} Points */

const PHONE = 480;
const EDGE = 0.04;
const SHAPES = {
  open: { symbol: "circle", size: 4, token: "--control", opacity: 0.55 },
  label: { symbol: "circle", size: 6, token: "", opacity: 0.9 },
  check: { symbol: "rect", size: 8, token: "--warn", opacity: 1 },
  review: { symbol: "triangle", size: 10, token: "--accent-strong", opacity: 1 },
  disputed: { symbol: "diamond", size: 11, token: "--bad", opacity: 1 },
};

/** @param {Points} points @param {number} width */
export function option(points, width) {
  const text = { fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily };
  const axis = {
    type: "value",
    show: false,
    min: (/** @type {{min: number}} */ ends) => ends.min - EDGE,
    max: (/** @type {{max: number}} */ ends) => ends.max + EDGE,
  };
  const legend = points.names.map((one) => one.name);
  const rows = Math.ceil(legend.length / (width < PHONE ? 1.6 : 5));
  return {
    animation: false,
    aria: { enabled: true, label: { enabled: false } },
    grid: { left: 6, right: 6, top: 6, bottom: 16 + (rows > 3 ? 1 : rows) * 24 },
    legend: {
      type: rows > 3 ? "scroll" : "plain",
      bottom: 0,
      data: legend,
      itemWidth: 12,
      itemHeight: 10,
      textStyle: { ...text, color: colour("--ink-2"), width: 160, overflow: "truncate" },
      pageTextStyle: { color: colour("--ink-2") },
      pageIconColor: colour("--ink-2"),
      pageIconInactiveColor: colour("--edge"),
      inactiveColor: colour("--edge"),
    },
    xAxis: axis,
    yAxis: axis,
    series: points.names.map((one, place) => drawn(one, place, points)),
  };
}

/** @param {Name} one @param {number} place @param {Points} points */
function drawn(one, place, points) {
  const shape = SHAPES[/** @type {keyof typeof SHAPES} */ (one.kind)] ?? SHAPES.label;
  const data = [];
  for (let i = 0; i < points.task.length; i += 1) {
    if (points.series[i] === place) data.push([points.x[i], points.y[i], i]);
  }
  return {
    type: "scatter",
    name: one.name,
    data,
    z: one.kind === "open" ? 2 : one.kind === "label" ? 3 : 4,
    symbol: shape.symbol,
    symbolSize: shape.size,
    progressive: 2_000,
    progressiveThreshold: 4_000,
    itemStyle: { color: shape.token ? colour(shape.token) : colour(`--l${one.colour}`), opacity: shape.opacity },
    emphasis: { scale: 1.8, itemStyle: { borderColor: colour("--ink"), borderWidth: 1.5, opacity: 1 } },
  };
}

/** The series of the one task that the keys are at: a ring. @param {number[] | null} at */
export function ring(at) {
  return {
    type: "scatter",
    id: "ring",
    silent: true,
    z: 6,
    data: at ? [at] : [],
    symbol: "circle",
    symbolSize: 16,
    itemStyle: { color: "transparent", borderColor: colour("--ink"), borderWidth: 2 },
  };
}
