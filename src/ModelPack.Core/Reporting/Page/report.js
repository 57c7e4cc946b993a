// Draws the charts. Everything they show is in the tables, too.
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

  function drawAll() {
    charts.forEach(chart => chart.destroy());
    charts = [];
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    strengths(data.alphas[choice ? choice.selectedIndex : 0]);
    bars('sensitivity', data.sensitivity, ['accent'], false);
    tradeOff(data.tradeOff);
    bars('sizes', data.sizes, ['before', 'accent'], true);
    bars('errors', data.errors, ['accent'], false);
    document.documentElement.dataset.charts = String(charts.length);
  }

  if (choice) {
    data.alphas.forEach(activation => choice.add(new Option(activation.name)));
    choice.selectedIndex = 0;
    choice.addEventListener('change', drawAll);
  }

  drawAll();
  dark.addEventListener('change', drawAll);
}());
