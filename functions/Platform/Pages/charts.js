(function () {
  const specs = JSON.parse(document.getElementById('charts').textContent);
  const boxes = document.querySelectorAll('[data-chart]');
  if (!window.vega || !window.vegaLite) {
    for (const box of boxes) box.textContent = 'This build has no charting library: run npm ci and build again. The tables say the same.';
    return;
  }
  const style = getComputedStyle(document.documentElement);
  const color = name => style.getPropertyValue(name).trim() || undefined;
  const ink = color('--ink') || '#222', faint = color('--faint') || '#667', line = color('--line') || '#ddd';
  const font = 'system-ui, sans-serif';
  const config = {
    background: null, font, padding: 4,
    view: { stroke: null },
    title: { color: ink, anchor: 'start', fontSize: 13 },
    axis: { labelColor: faint, titleColor: faint, titleFontWeight: 'normal', gridColor: line, domainColor: line, tickColor: line, labelFontSize: 11, titleFontSize: 11 },
    legend: { labelColor: ink, titleColor: faint, orient: 'top', labelFontSize: 11, titleFontSize: 11 },
    header: { labelColor: ink, titleColor: faint, labelFontSize: 12, labelFontWeight: 'bold', labelAnchor: 'start' },
    text: { color: ink },
  };
  const none = { load: () => Promise.reject(new Error('offline')), sanitize: () => Promise.reject(new Error('offline')) };
  for (const box of boxes) {
    const spec = specs[box.dataset.chart];
    if (!spec) continue;
    const runtime = vega.parse(vegaLite.compile(spec, { config }).spec);
    const view = new vega.View(runtime, { renderer: 'svg', container: box, loader: none, hover: true });
    view.tooltip((handler, event, item, value) => {
      const tip = value && typeof value === 'object' ? Object.entries(value).map(([k, v]) => `${k}: ${v}`).join('\n') : value;
      box.title = tip == null ? '' : String(tip);
    });
    view.runAsync().catch(error => { box.textContent = 'This chart could not be drawn: ' + error.message; });
  }
})();
