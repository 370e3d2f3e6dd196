// What all parts of the page use: the data, elements, marks and numbers. Everything is in the one page:
// no library, no network access. The data's fields: report/comparison_page.h.
const data = JSON.parse(document.getElementById('data').textContent);
const $ = (id) => document.getElementById(id);
const kWays = ['flood', 'expanding', 'walk', 'successor', 'finger', 'one-hop', 'auto', 'central'];
const color = (via) => `var(--c${Math.max(0, kWays.indexOf(via)) % 8})`;

function html(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
function svg(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
// Each way has a colour and a shape, so that it can be told without the colour.
const kShapes = ['M0 -4A4 4 0 1 0 0 4A4 4 0 1 0 0 -4Z', 'M-3.5 -3.5H3.5V3.5H-3.5Z', 'M0 -5L5 0L0 5L-5 0Z',
                 'M0 -4.6L4.6 3.6H-4.6Z', 'M0 4.6L4.6 -3.6H-4.6Z', 'M-5 -1.6H-1.6V-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5Z',
                 'M-4.5 -4.5L4.5 4.5V-4.5L-4.5 4.5Z', 'M0 -5L4.8 -1.5L3 4.2H-3L-4.8 -1.5Z'];
function shape(via, x, y, ...children) {
  const made = svg('path', {d: kShapes[Math.max(0, kWays.indexOf(via)) % 8],
                            transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`}, ...children);
  made.style.fill = color(via);
  return made;
}
function swatch(via) {
  return svg('svg', {class: 'swatch', viewBox: '-6 -6 12 12', 'aria-hidden': 'true'}, shape(via, 0, 0));
}
function number(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (size >= 1e4) return Math.round(value).toLocaleString('en');
  if (Number.isInteger(value)) return value.toLocaleString('en');
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
}
function bytes(value) {
  if (value === null || value === undefined) return '–';
  const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  const scaled = value / 1024 ** power;
  return `${power === 0 ? number(Math.round(scaled)) : scaled.toPrecision(scaled < 1000 ? 3 : 4)} ` +
      ['B', 'KiB', 'MiB', 'GiB', 'TiB'][power];
}
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? '' : 's'}`;
