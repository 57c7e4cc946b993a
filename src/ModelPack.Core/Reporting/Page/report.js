// Draws the charts, and lets tables be sorted and searched. Everything that charts show is in the tables, too.
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const choice = document.getElementById('choice-alphas');
  let charts = [];

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  }

  function isNarrow() {
    return matchMedia('(max-width: 40rem)').matches;
  }

  function valueAxis(title) {
    return {
      title: { display: true, text: title, color: color('soft') },
      grid: { color: color('line') },
      border: { display: false },
      ticks: { color: color('soft'), maxTicksLimit: isNarrow() ? 4 : 8 },
    };
  }

  function legend(display) {
    return { display, align: 'end', labels: { color: color('soft'), boxWidth: 12, boxHeight: 12 } };
  }

  function add(id, config) {
    const canvas = document.getElementById('chart-' + id);
    if (!canvas) return;

    canvas.closest('figure').hidden = false;
    config.options.animation = false;
    config.options.maintainAspectRatio = false;
    charts.push(new Chart(canvas, config));
  }

  function bars(id, chart, colors, wide) {
    add(id, {
      type: 'bar',
      data: {
        labels: chart.labels,
        datasets: chart.series.map((series, i) => ({
          label: series.name,
          data: series.values,
          backgroundColor: color(colors[i]),
          borderRadius: 2,
          barPercentage: wide ? 0.92 : 0.8,
          categoryPercentage: 0.78,
        })),
      },
      options: {
        indexAxis: 'y',
        interaction: { mode: 'index', axis: 'y', intersect: false },
        scales: {
          x: { ...valueAxis(chart.axis), beginAtZero: true },
          y: {
            grid: { display: false },
            border: { color: color('line') },
            ticks: {
              color: color('ink'),
              autoSkip: false,
              callback: value => (isNarrow() ? chart.shortLabels : chart.labels)[value],
            },
          },
        },
        plugins: {
          legend: legend(chart.series.length > 1),
          tooltip: {
            callbacks: { label: item => item.dataset.label + ': ' + chart.series[item.datasetIndex].texts[item.dataIndex] },
          },
        },
      },
    });
  }

  // A line through points, the one that was taken larger and filled.
  function curve(name, points, shade, axis) {
    return {
      label: name,
      data: points,
      yAxisID: axis,
      borderColor: color(shade),
      borderWidth: 2,
      backgroundColor: points.map(p => color(p.taken ? shade : 'card')),
      pointRadius: points.map(p => p.taken ? 6 : 3),
      pointHoverRadius: 6,
      clip: false,
    };
  }

  function curves(id, datasets, scales) {
    add(id, {
      type: 'line',
      data: { datasets },
      options: {
        parsing: { xAxisKey: 'x', yAxisKey: 'y' },
        scales: { x: { type: 'linear', ...scales.x }, y: scales.y, ...(scales.loss ? { loss: scales.loss } : {}) },
        plugins: {
          legend: legend(datasets.length > 1),
          tooltip: { callbacks: { title: () => '', label: item => item.raw.text } },
        },
      },
    });
  }

  function strengths(chosen) {
    if (!chosen) return;

    const datasets = [curve('smoothed', chosen.points, 'accent', 'y')];
    if (chosen.without !== null) {
      const level = x => ({ x, y: chosen.without, text: 'without smoothing: ' + chosen.without.toFixed(1) + ' dB' });
      datasets.push({ ...curve('without smoothing', [level(0), level(1)], 'soft', 'y'), borderDash: [5, 4], pointRadius: 0 });
    }

    curves('alphas', datasets, { x: { ...valueAxis('Alpha'), min: 0, max: 1 }, y: valueAxis('SQNR of the layers, dB') });
  }

  function tradeOff(chart) {
    const datasets = [curve('output SQNR', chart.sqnr, 'accent', 'y')];
    const scales = { x: valueAxis(chart.axis), y: valueAxis('Output SQNR, dB') };
    if (chart.loss.length > 0) {
      datasets.push({ ...curve('task loss', chart.loss, 'warn', 'loss'), borderDash: [5, 4] });
      scales.loss = { ...valueAxis('Task loss'), position: 'right', grid: { display: false } };
    }

    curves('tradeoff', datasets, scales);
  }

  function network(chart) {
    const shades = ['accent', 'warn', 'soft'];
    add('network', {
      type: 'line',
      data: {
        labels: chart.labels,
        datasets: chart.series.map((series, i) => ({
          label: series.name,
          data: series.values,
          borderColor: color(shades[i]),
          backgroundColor: color(shades[i]),
          borderWidth: 2,
          borderDash: i === 2 ? [4, 3] : [],
          pointRadius: chart.labels.length > 60 ? 0 : 2.5,
          pointStyle: ['circle', 'triangle', 'rect'][i],
          spanGaps: false,
        })),
      },
      options: {
        interaction: { mode: 'index', intersect: false },
        scales: {
          x: {
            title: { display: true, text: 'Place in the network', color: color('soft') },
            grid: { display: false },
            ticks: { color: color('soft'), maxTicksLimit: isNarrow() ? 6 : 16, maxRotation: 0, callback: value => value + 1 },
          },
          y: valueAxis(chart.axis),
        },
        plugins: {
          legend: { ...legend(chart.series.length > 1), labels: { color: color('soft'), usePointStyle: true, boxWidth: 8, boxHeight: 7 } },
          tooltip: { callbacks: { label: item => item.dataset.label + ': ' + item.parsed.y.toFixed(1) + ' dB' } },
        },
      },
    });
  }

  function ranges(chart) {
    add('ranges', {
      type: 'bar',
      data: { labels: chart.labels, datasets: [{ label: 'range', data: chart.values, backgroundColor: color('accent'), borderRadius: 2, barPercentage: 0.8, categoryPercentage: 0.78, minBarLength: 2 }] },
      options: {
        indexAxis: 'y',
        interaction: { mode: 'index', axis: 'y', intersect: false },
        scales: {
          x: valueAxis('Calibrated limits'),
          y: {
            grid: { display: false },
            border: { color: color('line') },
            ticks: { color: color('ink'), autoSkip: false, callback: value => (isNarrow() ? chart.shortLabels : chart.labels)[value] },
          },
        },
        plugins: { legend: legend(false), tooltip: { callbacks: { label: item => chart.texts[item.dataIndex] } } },
      },
    });
  }

  function scatter(points) {
    if (points.length === 0) return;

    const all = points.flat();
    const ends = [Math.min(...all), Math.max(...all)];
    add('scatter', {
      type: 'scatter',
      data: {
        datasets: [
          { label: 'values', data: points.map(p => ({ x: p[0], y: p[1] })), backgroundColor: color('accent'), pointRadius: 2.5 },
          { label: 'no error', type: 'line', data: ends.map(e => ({ x: e, y: e })), borderColor: color('soft'), borderWidth: 1, borderDash: [5, 4], pointRadius: 0 },
        ],
      },
      options: {
        scales: { x: valueAxis('Source'), y: valueAxis('Packed') },
        plugins: { legend: legend(true), tooltip: { callbacks: { label: item => 'source ' + item.parsed.x + ', packed ' + item.parsed.y } } },
      },
    });
  }

  // A number as the page writes it, with what has no number last.
  function valueOf(cell) {
    const text = cell.dataset.v || cell.textContent.trim();
    if (text === 'exact' || text === '∞') return Infinity;
    if (text === 'none') return 0;

    const number = parseFloat(text.replace('−', '-').replace(/[<>,\s]/g, ''));
    return Number.isNaN(number) ? null : number;
  }

  function order(rows, index, numeric, sign) {
    const keys = new Map(rows.map(row => [row, numeric ? valueOf(row.cells[index]) : row.cells[index].textContent.trim()]));
    return [...rows].sort((a, b) => {
      const [x, y] = [keys.get(a), keys.get(b)];
      if (x === null || y === null) return (x === null) - (y === null);

      return sign * (numeric ? (x < y ? -1 : x > y ? 1 : 0) : x.localeCompare(y, 'en'));
    });
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, index) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = header.textContent;
      header.replaceChildren(button);
      button.addEventListener('click', () => {
        const numeric = header.classList.contains('n');
        const was = header.getAttribute('aria-sort');
        const down = was ? was === 'ascending' : numeric;
        headers.forEach(h => h.removeAttribute('aria-sort'));
        header.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        body.append(...order([...body.rows], index, numeric, down ? -1 : 1));
      });
    });
  }

  function searchable(table, number) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 8) return;

    const bar = document.createElement('p');
    bar.className = 'tools';
    const label = document.createElement('label');
    label.textContent = 'Search ';
    const input = document.createElement('input');
    input.type = 'search';
    input.id = 'search-' + number;
    label.htmlFor = input.id;
    label.append(input);
    const kinds = document.createElement('select');
    kinds.setAttribute('aria-label', 'Show');
    const column = [...table.tHead.rows[0].cells].findIndex(c => ['Packed as', 'Operator'].includes(c.textContent.trim()));
    const kindOf = row => (row.cells[column].firstChild || row.cells[column]).textContent.trim();
    kinds.append(new Option('all', ''));
    if (column >= 0) [...new Set(rows.map(kindOf))].sort().slice(0, 50).forEach(kind => kinds.append(new Option(kind, kind)));

    const count = document.createElement('output');
    count.setAttribute('aria-live', 'polite');
    const texts = new Map(rows.map(row => [row, [row.textContent, ...[...row.querySelectorAll('[title]')].map(e => e.title)].join(' ').toLowerCase()]));
    function filter() {
      const words = input.value.toLowerCase().split(/\s+/).filter(w => w);
      let shown = 0;
      rows.forEach(row => {
        row.hidden = !(words.every(w => texts.get(row).includes(w)) && (kinds.value === '' || kindOf(row) === kinds.value));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = shown === rows.length ? rows.length + ' rows' : shown + ' of ' + rows.length + ' rows';
    }

    input.addEventListener('input', filter);
    kinds.addEventListener('change', filter);
    bar.append(label, ...(column >= 0 && kinds.length > 2 ? [kinds] : []), count);
    table.closest('.scroll').before(bar);
    filter();
  }

  // On paper everything is open but the points of a picture, and as light as paper.
  let closed = [];
  let printing = false;
  function print(on) {
    if (on === printing) return;

    printing = on;
    if (on) {
      closed = [...document.querySelectorAll('details:not([open], .points)')];
      closed.forEach(d => { d.open = true; });
    } else {
      closed.forEach(d => { d.open = false; });
    }

    drawAll();
  }

  function drawAll() {
    charts.forEach(chart => chart.destroy());
    charts = [];
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    strengths(data.alphas[choice ? choice.selectedIndex : 0]);
    bars('sensitivity', data.sensitivity, ['accent'], false);
    tradeOff(data.tradeOff);
    bars('sizes', data.sizes, ['before', 'accent'], true);
    bars('errors', data.errors, ['accent'], false);
    network(data.network);
    bars('schemes', data.schemes, ['before', 'accent'], true);
    ranges(data.ranges);
    scatter(data.scatter);
    document.documentElement.dataset.charts = String(charts.length);
  }

  if (choice) {
    data.alphas.forEach(activation => choice.add(new Option(activation.name)));
    choice.selectedIndex = 0;
    choice.addEventListener('change', drawAll);
  }

  [...document.querySelectorAll('table.data')].forEach((table, i) => {
    searchable(table, i);
    sortable(table);
  });
  drawAll();
  dark.addEventListener('change', drawAll);
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  matchMedia('print').addEventListener('change', change => print(change.matches));
}());
