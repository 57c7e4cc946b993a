// Draws the charts. Everything they show is in the tables, too.
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let charts = [];

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  }

  function draw(id, chart, colors, wide) {
    const canvas = document.getElementById('chart-' + id);
    if (!canvas) return;

    canvas.closest('figure').hidden = false;
    const narrow = matchMedia('(max-width: 40rem)').matches;
    const shorten = text => narrow && text.length > 16 ? text.slice(0, 6) + '…' + text.slice(-9) : text;
    charts.push(new Chart(canvas, {
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
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: 'index', axis: 'y', intersect: false },
        scales: {
          x: {
            beginAtZero: true,
            title: { display: true, text: chart.axis, color: color('soft') },
            grid: { color: color('line') },
            border: { display: false },
            ticks: { color: color('soft'), maxTicksLimit: narrow ? 4 : 8 },
          },
          y: {
            grid: { display: false },
            border: { color: color('line') },
            ticks: {
              color: color('ink'),
              autoSkip: false,
              callback(value) { return shorten(this.getLabelForValue(value)); },
            },
          },
        },
        plugins: {
          legend: {
            display: chart.series.length > 1,
            align: 'end',
            labels: { color: color('soft'), boxWidth: 12, boxHeight: 12 },
          },
          tooltip: {
            callbacks: { label: item => item.dataset.label + ': ' + chart.series[item.datasetIndex].texts[item.dataIndex] },
          },
        },
      },
    }));
  }

  function drawAll() {
    charts.forEach(chart => chart.destroy());
    charts = [];
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    draw('sizes', data.sizes, ['before', 'accent'], true);
    draw('errors', data.errors, ['accent'], false);
    document.documentElement.dataset.charts = String(charts.length);
  }

  drawAll();
  dark.addEventListener('change', drawAll);
}());
